"""Who may use which AWS role and which node pool."""

from dataclasses import dataclass
from typing import Any

from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.dialects.fireworks.auth import ACCOUNT, USER_EMAIL
from gpuconsole.simulator.dialects.fireworks.checks import check_role
from gpuconsole.simulator.dialects.fireworks.errors import ALREADY_EXISTS, NOT_FOUND, Problem, invalid
from gpuconsole.simulator.dialects.fireworks.messages import Message, snake
from gpuconsole.simulator.dialects.fireworks.schemas import POOL_BINDING, ROLE_BINDING
from gpuconsole.simulator.dialects.fireworks.things import LONG_AGO
from gpuconsole.simulator.world import World

ROLE = "arn:aws:iam::123456789012:role/train"
CLUSTER = "sandbox-cluster"


@dataclass
class Binding:
    """One; `fields` are all that tell it from another."""

    fields: dict[str, str]
    created_at: float = LONG_AGO


class Bindings:
    """All of one kind."""

    collection: str
    schema: Message
    needed: tuple[str, ...]

    def __init__(self, world: World, made: list[dict[str, str]]) -> None:
        self._world = world
        self._made = made

    def stored(self) -> dict[str, Binding]:
        """Where the world keeps them."""
        raise NotImplementedError

    @property
    def _table(self) -> dict[str, Binding]:
        table = self.stored()
        begun = self._world.table("fireworks.begun", bool)
        if self.collection not in begun:
            begun[self.collection] = True
            table.update({self._key(fields): Binding(fields) for fields in self._made})
        return table

    def all(self) -> list[Binding]:
        """All, in the order they were made."""
        return list(self._table.values())

    def create(self, body: Any) -> Binding:
        """Make one."""
        fields = self._read(body)
        if self._key(fields) in self._table:
            raise Problem(ALREADY_EXISTS, "the binding already exists")
        self._table[self._key(fields)] = Binding(fields, self._world.now())
        return self._table[self._key(fields)]

    def delete(self, body: Any) -> None:
        """Delete the one with these fields."""
        if self._table.pop(self._key(self._read(body)), None) is None:
            raise Problem(NOT_FOUND, "binding not found")

    def has(self, **fields: str) -> bool:
        """Whether there is one with these fields."""
        return self._key(fields) in self._table

    def told(self, binding: Binding) -> dict[str, Any]:
        """As answers show it."""
        return {"accountId": ACCOUNT, "createTime": iso(binding.created_at), **binding.fields}

    def _read(self, body: Any) -> dict[str, str]:
        fields = self.schema({} if body is None else body, "")
        for name in self.needed:
            if name not in fields:
                raise invalid(snake(name), "is required")
        if "@" not in fields["principal"]:
            raise invalid("principal", "must be the e-mail address of a user")
        check_role(fields.get("role"))
        return fields

    def _key(self, fields: dict[str, str]) -> str:
        return " ".join(fields[name] for name in self.needed)


class RoleBindings(Bindings):
    """Which user may take on which AWS role."""

    collection = "awsIamRoleBindings"
    schema = ROLE_BINDING
    needed = ("principal", "role")

    def __init__(self, world: World) -> None:
        super().__init__(world, [{"principal": USER_EMAIL, "role": ROLE}])

    def stored(self) -> dict[str, Binding]:
        """Where the world keeps them."""
        return self._world.table("fireworks.awsIamRoleBindings", Binding)

    def allow(self, principal: str, role: str) -> bool:
        """Whether a user may run a job under a role (that the provider enforces it is assumed)."""
        return self.has(principal=principal, role=role)


class PoolBindings(Bindings):
    """Which user may use which pool. The reference does not say that a job is held to it, so here none is."""

    collection = "nodePoolBindings"
    schema = POOL_BINDING
    needed = ("clusterId", "nodePoolId", "principal")

    def __init__(self, world: World, pools: list[str]) -> None:
        super().__init__(world, [{"clusterId": CLUSTER, "nodePoolId": p, "principal": USER_EMAIL} for p in pools])

    def stored(self) -> dict[str, Binding]:
        """Where the world keeps them."""
        return self._world.table("fireworks.nodePoolBindings", Binding)
