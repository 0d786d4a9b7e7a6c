"""How pages of the console write what may be long, and rows that are read without a head."""

from markupsafe import Markup

from gatehouse.edge.console.words import breakable, labelled, moment


def test_cells_know_their_columns_and_those_of_actions_are_marked() -> None:
    rows = Markup(
        '<tr><th scope="row">a</th><td>b</td><td>c</td></tr><tr><th>d</th><td>e</td></tr>'
    )
    assert labelled(rows, ["Name", "Took#", ""]) == (
        '<tr><th data-label="Name" scope="row">a</th><td data-label="Took">b</td>'
        '<td class="acts">c</td></tr>'
        '<tr><th data-label="Name">d</th><td data-label="Took">e</td></tr>'
    )


def test_what_a_cell_says_is_not_taken_for_a_cell_and_names_of_columns_are_text() -> None:
    rows = Markup("<tr><td>{}</td></tr>").format("<td>")
    assert labelled(rows, ['"x"']) == '<tr><td data-label="&#34;x&#34;">&lt;td&gt;</td></tr>'


def test_a_long_id_may_be_broken_and_is_text_all_the_same() -> None:
    assert breakable("a" * 32) == "a" * 32
    assert breakable("a" * 33) == f"{'a' * 16}<wbr>{'a' * 16}<wbr>a"
    assert breakable("<" + "a" * 32) == f"&lt;{'a' * 15}<wbr>{'a' * 16}<wbr>a"


def test_a_moment_is_for_people_and_for_programs() -> None:
    assert moment("2026-01-02T03:04:05Z") == (
        '<time datetime="2026-01-02T03:04:05Z">02 Jan 2026, 03:04:05</time>'
    )
    assert moment(None) == "never"
