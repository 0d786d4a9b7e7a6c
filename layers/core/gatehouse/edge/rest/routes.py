"""The table of routes: what the function answers, what the document describes, what tests try."""

from typing import Final

from gatehouse.domain.roles import Action
from gatehouse.domain.sharing import Permission, ThingKind
from gatehouse.edge.rest import (
    assertion_keys,
    calls,
    integrations,
    members,
    probes,
    projects,
    prompts,
    resources,
    tools,
    trials,
)
from gatehouse.edge.rest.assertion_keys import KeyAnswer, KeyList, NewKey
from gatehouse.edge.rest.audit_routes import AUDIT_ROUTES
from gatehouse.edge.rest.calls import CallAnswer, CallList, CallQuery, UsageList, UsageQuery
from gatehouse.edge.rest.checklist import CHECKLIST_ROUTES
from gatehouse.edge.rest.integrations import (
    CreatedIntegrationAnswer,
    Deletion,
    IntegrationList,
    NewIntegrationBody,
)
from gatehouse.edge.rest.members import MemberList
from gatehouse.edge.rest.models import PageQuery
from gatehouse.edge.rest.openapi_imports import IMPORT_ROUTES
from gatehouse.edge.rest.people_routes import PEOPLE_ROUTES
from gatehouse.edge.rest.probes import NewProbe, ProbesAnswer
from gatehouse.edge.rest.projects import (
    Health,
    NewProject,
    OwnProject,
    ProjectAnswer,
    ProjectChange,
    ProjectDeletion,
    ProjectList,
)
from gatehouse.edge.rest.prompt_models import NewPrompt, PromptAnswer, PromptChange, PromptList
from gatehouse.edge.rest.resource_models import (
    NewResource,
    ResourceAnswer,
    ResourceChange,
    ResourceList,
)
from gatehouse.edge.rest.routing import Access, Route, Shared, route
from gatehouse.edge.rest.stored_models import Approval
from gatehouse.edge.rest.tool_answers import ToolAnswer, ToolDetail, ToolList
from gatehouse.edge.rest.tool_inputs import NewTool, ToolChange, ToolPreview
from gatehouse.edge.rest.trials import ToolPreviewAnswer, Trial, TrialAnswer
from gatehouse.edge.rest.warrant_routes import WARRANT_ROUTES

VIEW_TOOL: Final = Shared(kind=ThingKind.TOOL, permission=Permission.VIEW)
EDIT_TOOL: Final = Shared(kind=ThingKind.TOOL, permission=Permission.EDIT)
VIEW_PROMPT: Final = Shared(kind=ThingKind.PROMPT, permission=Permission.VIEW)
EDIT_PROMPT: Final = Shared(kind=ThingKind.PROMPT, permission=Permission.EDIT)

ROUTES: Final[tuple[Route, ...]] = (
    route("GET", "/health", Access.PUBLIC, projects.health, answer=Health),
    # --- the administrator's
    route(
        "POST", "/admin/v1/projects", Access.ADMIN, projects.create_project,
        input=NewProject, answer=ProjectAnswer, status=201,
    ),
    route(
        "GET", "/admin/v1/projects", Access.ADMIN, projects.list_projects,
        input=PageQuery, answer=ProjectList,
    ),
    route(
        "GET", "/admin/v1/projects/{id}", Access.ADMIN, projects.read_project,
        answer=ProjectAnswer, refusals=(404,),
    ),
    route(
        "PATCH", "/admin/v1/projects/{id}", Access.ADMIN, projects.change_project,
        input=ProjectChange, answer=ProjectAnswer, refusals=(404, 409, 412),
    ),
    route(
        "DELETE", "/admin/v1/projects/{id}", Access.ADMIN, projects.delete_project,
        input=ProjectDeletion, status=204, refusals=(404,),
    ),
    route(
        "POST", "/admin/v1/projects/{id}/integrations", Access.ADMIN, integrations.create_as_admin,
        input=NewIntegrationBody, answer=CreatedIntegrationAnswer, status=201, refusals=(404,),
    ),
    # --- a project's own
    route("GET", "/api/v1/project", Access.ANY_KEY, projects.own_project, answer=OwnProject),
    route(
        "GET", "/api/v1/integrations", Action.INTEGRATIONS_READ, integrations.list_integrations,
        input=PageQuery, answer=IntegrationList,
    ),
    route(
        "POST", "/api/v1/integrations", Action.INTEGRATIONS_WRITE, integrations.create_integration,
        input=NewIntegrationBody, answer=CreatedIntegrationAnswer, status=201,
    ),
    route(
        "DELETE", "/api/v1/integrations/{id}", Action.INTEGRATIONS_WRITE,
        integrations.delete_integration,
        input=Deletion, status=204, refusals=(404,),
    ),
    route(
        "GET", "/api/v1/assertion-keys", Action.ASSERTION_KEYS_READ, assertion_keys.list_keys,
        input=PageQuery, answer=KeyList,
    ),
    route(
        "POST", "/api/v1/assertion-keys", Action.ASSERTION_KEYS_WRITE, assertion_keys.register_key,
        input=NewKey, answer=KeyAnswer, status=201, refusals=(409,),
    ),
    route(
        "DELETE", "/api/v1/assertion-keys/{id}", Action.ASSERTION_KEYS_WRITE,
        assertion_keys.deactivate_key,
        status=204, refusals=(404,),
    ),
    route(
        "GET", "/api/v1/custom-tools", Action.TOOLS_READ, tools.list_tools,
        input=PageQuery, answer=ToolList,
    ),
    route(
        "POST", "/api/v1/custom-tools", Action.TOOLS_WRITE, tools.create_tool,
        input=NewTool, answer=ToolAnswer, status=201, refusals=(409,),
    ),
    route(
        "POST", "/api/v1/custom-tools/preview", Action.TOOLS_WRITE, trials.preview_tool,
        input=ToolPreview, answer=ToolPreviewAnswer,
    ),
    route(
        "GET", "/api/v1/custom-tools/{id}", Action.TOOLS_READ, tools.read_tool,
        shared=VIEW_TOOL, answer=ToolDetail, refusals=(404,),
    ),
    route(
        "PATCH", "/api/v1/custom-tools/{id}", Action.TOOLS_WRITE, tools.change_tool,
        shared=EDIT_TOOL, input=ToolChange, answer=ToolAnswer, refusals=(404, 409, 412),
    ),
    route(
        "DELETE", "/api/v1/custom-tools/{id}", Action.TOOLS_WRITE, tools.delete_tool,
        status=204, refusals=(404,),
    ),
    route(
        "POST", "/api/v1/custom-tools/{id}/approve", Action.TOOLS_APPROVE, tools.approve_tool,
        input=Approval, answer=ToolAnswer, refusals=(404, 409),
    ),
    route(
        "POST", "/api/v1/custom-tools/{id}/test", Action.TOOLS_TRY, trials.try_tool,
        shared=EDIT_TOOL, input=Trial, answer=TrialAnswer, refusals=(404,),
    ),
    route(
        "POST", "/api/v1/custom-tools/{id}/probe", Action.TOOLS_TRY, probes.probe_tool,
        shared=EDIT_TOOL, input=NewProbe, answer=ProbesAnswer, refusals=(404,),
    ),
    *IMPORT_ROUTES,
    route(
        "GET", "/api/v1/prompts", Action.PROMPTS_READ, prompts.list_prompts,
        input=PageQuery, answer=PromptList,
    ),
    route(
        "POST", "/api/v1/prompts", Action.PROMPTS_WRITE, prompts.create_prompt,
        input=NewPrompt, answer=PromptAnswer, status=201, refusals=(409,),
    ),
    route(
        "GET", "/api/v1/prompts/{id}", Action.PROMPTS_READ, prompts.read_prompt,
        shared=VIEW_PROMPT, answer=PromptAnswer, refusals=(404,),
    ),
    route(
        "PATCH", "/api/v1/prompts/{id}", Action.PROMPTS_WRITE, prompts.change_prompt,
        shared=EDIT_PROMPT, input=PromptChange, answer=PromptAnswer, refusals=(404, 409, 412),
    ),
    route(
        "DELETE", "/api/v1/prompts/{id}", Action.PROMPTS_WRITE, prompts.delete_prompt,
        status=204, refusals=(404,),
    ),
    route(
        "GET", "/api/v1/resources", Action.RESOURCES_READ, resources.list_resources,
        input=PageQuery, answer=ResourceList,
    ),
    route(
        "POST", "/api/v1/resources", Action.RESOURCES_WRITE, resources.create_resource,
        input=NewResource, answer=ResourceAnswer, status=201, refusals=(409,),
    ),
    route(
        "GET", "/api/v1/resources/{id}", Action.RESOURCES_READ, resources.read_resource,
        answer=ResourceAnswer, refusals=(404,),
    ),
    route(
        "PATCH", "/api/v1/resources/{id}", Action.RESOURCES_WRITE, resources.change_resource,
        input=ResourceChange, answer=ResourceAnswer, refusals=(404, 409, 412),
    ),
    route(
        "DELETE", "/api/v1/resources/{id}", Action.RESOURCES_WRITE, resources.delete_resource,
        status=204, refusals=(404,),
    ),
    route(
        "POST", "/api/v1/resources/{id}/approve", Action.TOOLS_APPROVE, resources.approve_resource,
        input=Approval, answer=ResourceAnswer, refusals=(404, 409),
    ),
    route(
        "GET", "/api/v1/tool-calls", Action.CALLS_READ, calls.list_calls,
        input=CallQuery, answer=CallList,
    ),
    route(
        "GET", "/api/v1/tool-calls/{request_id}", Action.CALLS_READ, calls.read_call,
        answer=CallAnswer, refusals=(404,),
    ),
    route(
        "GET", "/api/v1/usage", Action.CALLS_READ, calls.read_usage,
        input=UsageQuery, answer=UsageList,
    ),
    *AUDIT_ROUTES,
    *CHECKLIST_ROUTES,
    *WARRANT_ROUTES,
    *PEOPLE_ROUTES,
    route(
        "GET", "/api/v1/members", Action.MEMBERS_READ, members.list_members,
        input=PageQuery, answer=MemberList,
    ),
    route(
        "POST", "/api/v1/members/{external_id}/block", Action.MEMBERS_WRITE, members.block_member,
        status=204, refusals=(404,),
    ),
    route(
        "DELETE", "/api/v1/members/{external_id}/block", Action.MEMBERS_WRITE,
        members.unblock_member,
        status=204, refusals=(404,),
    ),
    route(
        "POST", "/api/v1/members/{external_id}/end-sessions", Action.MEMBERS_WRITE,
        members.end_sessions,
        status=204, refusals=(404,),
    ),
)  # fmt: skip
