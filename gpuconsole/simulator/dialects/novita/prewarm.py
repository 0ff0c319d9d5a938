"""Images pulled to a cluster's nodes ahead of time: tasks with their own paging and state words; as transcribed."""

from dataclasses import dataclass
from typing import Any

from gpuconsole.simulator.dialects.novita.catalogue import CLUSTERS, PRODUCTS
from gpuconsole.simulator.dialects.novita.checks import fits, page, text, words
from gpuconsole.simulator.dialects.novita.errors import Problem, not_found
from gpuconsole.simulator.dialects.novita.plan import is_pullable
from gpuconsole.simulator.world import World, chance

MOST_TASKS, IMAGE_GB = 5, 100
PENDING_S, RUNNING_S = 10, 180


@dataclass
class Task:
    """One prewarm task."""

    id: str
    image_url: str
    login_id: str
    cluster_id: str
    product_ids: list[str]
    note: str
    created_at: float


class Prewarm:
    """The account's prewarm tasks."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _table(self) -> dict[str, Task]:
        return self._world.table("novita.prewarm", Task)

    def quota(self) -> dict[str, Any]:
        """How many tasks there are and may be, and how big an image may be."""
        return {"total": len(self._table), "limit": MOST_TASKS, "perImageSize": IMAGE_GB}

    def listed(self, query: Any) -> dict[str, Any]:
        """Those that fit, paged by `page`."""
        rows = [self._as_json(task) for task in self._table.values()]
        wanted = {"state": query.get("state"), "clusterId": query.get("clusterId")}
        rows = [row for row in rows if all(not value or row[name] == value for name, value in wanted.items())]
        rows = [row for row in rows if fits(query.get("name"), row["imageName"])]
        return {"data": page(rows, query, "page", first=1), "total": len(rows)}

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """Begin one."""
        image_url, cluster_id = text(body, "imageUrl", least=1, most=500), text(body, "clusterId", least=1)
        if cluster_id not in CLUSTERS:
            raise not_found("cluster", cluster_id)
        product_ids = words(body, "productIds")
        for product_id in product_ids:
            if product_id not in PRODUCTS:
                raise not_found("product", product_id)
        if len(self._table) >= MOST_TASKS:
            raise Problem("IMAGE_PREWARM_NUM_LIMIT", f"no more than {MOST_TASKS} prewarm tasks")
        login_id, note = text(body, "repositoryAuth"), text(body, "note")
        task_id, now = self._world.make_id(16, "0123456789abcdef"), self._world.now()
        self._table[task_id] = Task(task_id, image_url, login_id, cluster_id, product_ids, note, now)
        return {"id": task_id}

    def edit(self, body: dict[str, Any]) -> dict[str, Any]:
        """Change its note."""
        self._find(text(body, "id", least=1)).note = text(body, "note")
        return {}

    def delete(self, body: dict[str, Any]) -> dict[str, Any]:
        """Forget a list of them."""
        chosen = [self._find(task_id).id for task_id in words(body, "ids")]
        for task_id in chosen:
            self._table.pop(task_id, None)
        return {}

    def _find(self, task_id: str) -> Task:
        if task_id not in self._table:
            raise not_found("prewarm task", task_id)
        return self._table[task_id]

    def _as_json(self, task: Task) -> dict[str, Any]:
        age_s = (self._world.now() - task.created_at) * self._world.speed
        end = "Succeeded" if is_pullable(task.image_url) else "Failed"
        state = "Pending" if age_s < PENDING_S else "Running" if age_s < PENDING_S + RUNNING_S else end
        done_at = task.created_at + self._world.span(PENDING_S + RUNNING_S)
        return {
            "id": task.id,
            "imageName": task.image_url.rpartition("/")[2].partition(":")[0],
            "imageUrl": task.image_url,
            "repositoryAuth": task.login_id,
            "clusterId": task.cluster_id,
            "clusterName": CLUSTERS[task.cluster_id].name,
            "products": [{"productId": p, "productName": PRODUCTS[p].name} for p in task.product_ids],
            "imageSize": str(int(chance(task.image_url) * 20 * 2**30)),
            "createTime": str(int(task.created_at)),
            "state": state,
            "completeTime": str(int(done_at)) if state == end else "",
            "note": task.note,
            "reason": ["manifest unknown"] if state == "Failed" else [],
        }
