"""The provider's oddities, one by one as its reference counts them."""

from tests.simulator.novita.asking import CURRENT, Novita

STORAGE = "6a1c0c1e-1111-4222-8333-0123456789ab"


def test_1_one_storage_goes_by_many_names(novita: Novita) -> None:
    (row,) = novita.get("/networkstorages/list", storageId=STORAGE)["data"]
    listed = novita.create(networkStorages=[{"Id": row["storageId"], "mountPoint": "/a"}])
    flat = novita.create(networkStorageId=row["storageId"])
    assert [novita.read(made)["volumeMounts"][0]["id"] for made in (listed, flat)] == [STORAGE, STORAGE]
    small_i = {**CURRENT, "networkStorages": [{"id": STORAGE, "mountPoint": "/a"}]}
    assert novita.refused("/gpu/instance/create", small_i)[1] == "networkStorages[0].Id: field required"


def test_2_a_mount_point_goes_in_and_a_mount_path_comes_out(novita: Novita) -> None:
    made = novita.running(networkStorages=[{"Id": STORAGE, "mountPoint": "/in"}])
    assert novita.read(made)["volumeMounts"][0]["mountPath"] == "/in"
    mounts = {"volumeMounts": [{"type": "network", "id": STORAGE, "mountPath": "/again"}]}
    novita.act("upgrade", made, imageUrl="x", envs=[], command="", save=True, networkVolume=mounts)
    assert novita.read(made)["volumeMounts"][0]["mountPath"] == "/again"


def test_3_ports_are_text_at_create_objects_at_edit_and_groups_in_templates(novita: Novita) -> None:
    made = novita.running(ports="80/http")
    as_objects = {**CURRENT, "ports": [{"port": 80, "type": "http"}]}
    assert novita.refused("/gpu/instance/create", as_objects)[1] == "ports: must be a string"
    assert (
        novita.refused("/gpu/instance/edit", {"instanceId": made, "ports": "81/http"})[1] == "ports: must be an array"
    )
    template = {"name": "t", "image": "x", "rootfsSize": 20, "ports": [{"type": "http", "ports": [80, 81]}]}
    template_id = novita.post("/template/create", {"template": template})["templateId"]
    assert novita.get("/template", templateId=template_id)["template"]["ports"] == template["ports"]


def test_4_numbers_come_as_text(novita: Novita) -> None:
    row = novita.read(novita.create(diskSize=20, gpuNum=4))
    assert (row["cpuNum"], row["memory"], row["gpuNum"], row["endTime"]) == ("64", "248", "4", "-1")
    assert row["volumeMounts"][0]["size"] == "20"
    prices = {(type(product["price"]), type(product["spotPrice"])) for product in novita.get("/products")["data"]}
    assert prices == {(str, str)}


def test_5_paging_differs_by_resource_and_page_number_is_ignored(novita: Novita) -> None:
    first, second = novita.create(), novita.create()
    rows = novita.get("/gpu/instances", pageSize=1, pageNumber=1)["instances"]
    assert [row["id"] for row in rows] == [second]
    assert [row["id"] for row in novita.get("/gpu/instances", pageSize=1, pageNum=1)["instances"]] == [first]
    storages = [novita.get("/networkstorages/list", pageSize=1, pageNo=n)["data"][0]["storageId"] for n in (1, 2)]
    assert len(set(storages)) == 2
    for note in ("a", "b"):
        novita.post("/image/prewarm", {"imageUrl": f"x:{note}", "clusterId": "us-ca-6", "note": note})
    assert [novita.get("/image/prewarm", pageSize=1, page=n)["data"][0]["note"] for n in (1, 2)] == ["a", "b"]


def test_6_products_name_clusters_by_display_name_and_calls_want_the_id(novita: Novita) -> None:
    names = {cluster["name"]: cluster["id"] for cluster in novita.get("/clusters")["data"]}
    region = novita.get("/products", productName="H200")["data"][0]["regions"][0]
    assert region == "US-CA-06 (California)"
    assert novita.refused("/gpu/instance/create", {**CURRENT, "clusterId": region})[0] == "RESOURCE_NOT_FOUND"
    assert novita.create(clusterId=names[region])


def test_7_the_list_is_answered_without_its_required_paging(novita: Novita) -> None:
    novita.create()
    assert novita.get("/gpu/instances")["total"] == 1


def test_8_metrics_live_on_another_prefix(novita: Novita) -> None:
    made = novita.running()
    assert novita.get("/openapi/v1/metrics/gpu/instance", instanceId=made)
    novita.refused_get("/metrics/gpu/instance", 404, instanceId=made)


def test_9_paths_of_the_vendors_short_texts_do_not_exist(novita: Novita) -> None:
    for path in ("/gpu/instance/list", "/gpu/instance/get"):
        novita.refused_get(path, 404)
    novita.refused("/gpu/instance/update", {}, 404)
    novita.refused("/cpu/instance/create", CURRENT, 404)


def test_10_a_subscription_cannot_be_released_early(novita: Novita) -> None:
    made = novita.running(productId="26", month=1)
    refused = novita.refused("/gpu/instance/delete", {"instanceId": made})
    assert refused[0] == "PREPAID_INSTANCE_NOT_SUPPORT_RELEASE"
    novita.world.clock.advance(30 * 86400)
    assert novita.act("delete", made) == {}


def test_11_a_container_may_start_again_while_the_instance_looks_healthy(novita: Novita) -> None:
    made = novita.running(command="python train.py")
    novita.act("restart", made)
    novita.until(made, "running")
    assert novita.read(made)["command"] == "python train.py"


def test_12_a_long_start_script_does_not_fit(novita: Novita) -> None:
    message = novita.refused("/gpu/instance/create", {**CURRENT, "command": "echo x;" * 300})[1]
    assert message == "command: must have between 0 and 2047 characters"


def test_a_missing_instance_is_a_400_and_not_a_404(novita: Novita) -> None:
    assert novita.refused_get("/gpu/instance", 400, instanceId="0" * 16)[0] == "RESOURCE_NOT_FOUND"


def test_every_verb_answers_an_empty_object(novita: Novita) -> None:
    made = novita.running()
    assert novita.act("stop", made) == {}


def test_reading_works_without_the_content_type_that_the_pages_require(novita: Novita) -> None:
    assert "Content-Type" not in novita.client.headers
    assert novita.get("/products", productName="H200")["data"]
