#!/usr/bin/python3 -B
"""Goal: the API needs nothing but the server: a client without our files finds every
service by reflection, and every RPC answers it.
Method: python3-grpcio with messages made from the descriptors that the server sends; one
sensible call of each RPC at least, and a list of the RPCs that were called.

usage: generic_client.py BIN_DIR
"""
import copy

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

from daemon import Daemon, check, check_equal, main

CALL_SECONDS = 60
TODAY = "2020-07-01"
DEPARTMENT = "122002"
REFLECTION = "grpc.reflection.v1alpha.ServerReflection"
HEALTH = "grpc.health.v1.Health"
OWN_SERVICES = ("AdminService", "MonitorService", "ObservationService", "PaymentService",
                "PlanService")

Field = descriptor_pb2.FieldDescriptorProto


def add_message(file, name, *fields):
    """A message of (name, number, type, is it repeated); a type is a scalar or a message."""
    message = file.message_type.add(name=name)
    for field_name, number, kind, repeated in fields:
        field = message.field.add(
            name=field_name, number=number,
            label=Field.LABEL_REPEATED if repeated else Field.LABEL_OPTIONAL)
        if isinstance(kind, str):
            field.type, field.type_name = Field.TYPE_MESSAGE, kind
        else:
            field.type = kind


def bootstrap_pool():
    """The little that is needed to ask for everything else."""
    pool = descriptor_pool.DescriptorPool()
    file = descriptor_pb2.FileDescriptorProto(name="bootstrap.proto", package="bootstrap",
                                              syntax="proto3")
    add_message(file, "Request", ("file_by_filename", 3, Field.TYPE_STRING, False),
                ("file_containing_symbol", 4, Field.TYPE_STRING, False),
                ("list_services", 7, Field.TYPE_STRING, False))
    add_message(file, "Files", ("file_descriptor_proto", 1, Field.TYPE_BYTES, True))
    add_message(file, "Service", ("name", 1, Field.TYPE_STRING, False))
    add_message(file, "Services", ("service", 1, ".bootstrap.Service", True))
    add_message(file, "Failure", ("error_code", 1, Field.TYPE_INT32, False),
                ("error_message", 2, Field.TYPE_STRING, False))
    add_message(file, "Response", ("file_descriptor_response", 4, ".bootstrap.Files", False),
                ("list_services_response", 6, ".bootstrap.Services", False),
                ("error_response", 7, ".bootstrap.Failure", False))
    # gRPC lists its own health service, but has no descriptor of it.
    add_message(file, "HealthRequest", ("service", 1, Field.TYPE_STRING, False))
    add_message(file, "HealthResponse", ("status", 1, Field.TYPE_INT32, False))
    pool.Add(file)
    return pool


class GenericClient:
    """Calls RPCs with plain dictionaries. Knows only what the server tells."""

    def __init__(self, address):
        self._channel = grpc.insecure_channel(
            address, options=[("grpc.enable_http_proxy", 0)])
        self._bootstrap = bootstrap_pool()
        self._pool = descriptor_pool.DescriptorPool()
        self._loaded = set()
        self.called = set()

    def close(self):
        self._channel.close()

    def _class(self, pool, name):
        return message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName(name))

    def _reflect(self, **request):
        request_class = self._class(self._bootstrap, "bootstrap.Request")
        response_class = self._class(self._bootstrap, "bootstrap.Response")
        call = self._channel.stream_stream(
            f"/{REFLECTION}/ServerReflectionInfo",
            request_serializer=request_class.SerializeToString,
            response_deserializer=response_class.FromString)
        response = next(call(iter([request_class(**request)]), timeout=CALL_SECONDS))
        check(not response.HasField("error_response"),
              f"reflection of {request}: {response.error_response.error_message}")
        return response

    def services(self):
        listed = self._reflect(list_services="*").list_services_response.service
        return sorted(service.name for service in listed)

    def load(self, service):
        """Learns the messages of a service; the names of its RPCs."""
        self._add_files(self._reflect(file_containing_symbol=service))
        return sorted(method.name for method in
                      self._pool.FindServiceByName(service).methods)

    def _add_files(self, response):
        for data in response.file_descriptor_response.file_descriptor_proto:
            file = descriptor_pb2.FileDescriptorProto.FromString(data)
            if file.name in self._loaded:
                continue
            self._loaded.add(file.name)
            for name in file.dependency:
                if name not in self._loaded:
                    self._add_files(self._reflect(file_by_filename=name))
            self._pool.AddSerializedFile(data)

    def _stub(self, kind, rpc):
        service, method = rpc.split("/")
        found = self._pool.FindServiceByName(f"budgetwatch.v1.{service}").FindMethodByName(method)
        check(found is not None, f"{rpc} is not in the descriptors")
        self.called.add(rpc)
        request = self._class(self._pool, found.input_type.full_name)
        response = self._class(self._pool, found.output_type.full_name)
        stub = getattr(self._channel, kind)(
            f"/budgetwatch.v1.{rpc}", request_serializer=request.SerializeToString,
            response_deserializer=response.FromString)
        return stub, lambda fields: json_format.ParseDict(fields, request())

    def ask(self, rpc, **fields):
        stub, make = self._stub("unary_unary", rpc)
        return as_dict(stub(make(fields), timeout=CALL_SECONDS))

    def stream(self, rpc, requests):
        stub, make = self._stub("stream_stream", rpc)
        return [as_dict(answer) for answer in
                stub(iter([make(fields) for fields in requests]), timeout=CALL_SECONDS)]

    def watch(self, rpc, count, **fields):
        """The first answers of a call that goes on; it is cancelled then."""
        stub, make = self._stub("unary_stream", rpc)
        call = stub(make(fields), timeout=CALL_SECONDS)
        answers = [as_dict(next(call)) for _ in range(count)]
        call.cancel()
        return answers

    def refusal(self, rpc, **fields):
        """Code and error details of a call that must fail."""
        try:
            answer = self.ask(rpc, **fields)
        except grpc.RpcError as error:
            details = dict(error.trailing_metadata()).get("grpc-status-details-bin", b"")
            return error.code(), details
        check(False, f"{rpc} should be refused, but answered {answer}")

    def health(self):
        request = self._class(self._bootstrap, "bootstrap.HealthRequest")
        response = self._class(self._bootstrap, "bootstrap.HealthResponse")
        call = self._channel.unary_unary(f"/{HEALTH}/Check",
                                         request_serializer=request.SerializeToString,
                                         response_deserializer=response.FromString)
        return call(request(), timeout=CALL_SECONDS).status


def as_dict(message):
    return json_format.MessageToDict(message, including_default_value_fields=True)


def payment(number, amount, project="P1", **more):
    return {"paymentId": f"p{number}", "projectCode": project, "payDate": "2020-05-01",
            "amountFen": amount, **more}


PLAN = {
    "departmentCode": DEPARTMENT, "departmentName": "某局", "fiscalYear": 2020,
    "projects": [{
        "projectCode": "P1", "projectName": "办案经费", "budgetFen": 100_000,
        "fundings": [{"source": "FUNDING_SOURCE_GENERAL", "amountFen": 100_000}],
        "checkpoints": [{"date": "2020-03-31"},
                        {"date": "2020-06-30", "cumulativePercent": "50"},
                        {"date": "2020-12-31", "cumulativePercent": "100.00"}],
        "indicators": [{"level1": "产出指标", "level2": "质量指标", "level3": "办结率",
                        "targetText": "≥90%"}]}],
}


def check_given_targets(client):
    """A reading that the client gives holds, unless it is none."""
    plan = copy.deepcopy(PLAN)
    indicator = plan["projects"][0]["indicators"][0]
    for kind, value, faults in (("QUALITATIVE", "", []), ("DATE", "2020-10-31", []),
                                ("QUANTITATIVE", "95", []), ("QUANTITATIVE", "many", [".value"]),
                                ("DATE", "2020-02-30", [".value"]), ("BOOLEAN", "yes", [".value"])):
        indicator["target"] = {"kind": f"TARGET_KIND_{kind}", "value": value}
        answer = client.ask("PlanService/ValidatePlan", plan=plan)
        target = answer["plan"]["projects"][0]["indicators"][0]["target"]
        check_equal((target["kind"], target["value"]), (f"TARGET_KIND_{kind}", value),
                    "the target that was given")
        check_equal([item["place"] for item in answer["findings"] if item["id"] == "bad_target"],
                    [f"projects[0].indicators[0].target{fault}" for fault in faults],
                    f"faults of {kind} {value}")


def check_plans(client):
    answer = client.ask("PlanService/ValidatePlan", plan=PLAN)
    check_equal([item for item in answer["findings"] if item["severity"] == "SEVERITY_ERROR"], [],
                "errors of the plan")
    target = answer["plan"]["projects"][0]["indicators"][0]["target"]
    check_equal((target["comparator"], target["value"], target["unit"]),
                ("COMPARATOR_GE", "90", "%"), "reading of the target")
    check_given_targets(client)
    applied = client.ask("PlanService/ApplyPlan", plan=PLAN, documentNumber="1号")
    check(applied["applied"] and not applied["unchanged"], f"plan is not applied: {applied}")
    check_equal(applied["revision"]["budgetFen"], "100000", "budget of the revision")
    again = client.ask("PlanService/ApplyPlan", plan=PLAN)
    check(again["applied"] and again["unchanged"], f"plan is applied twice: {again}")
    got = client.ask("PlanService/GetPlan", departmentCode=DEPARTMENT, fiscalYear=2020)
    check_equal(got["revision"], applied["revision"], "revision in force")
    check_equal(got["plan"]["projects"][0]["checkpoints"][1]["cumulativePercent"], "50.00",
                "share of the plan")
    listed = client.ask("PlanService/ListPlanRevisions", departmentCode=DEPARTMENT,
                        fiscalYear=2020)
    check_equal(listed["revisions"], [applied["revision"]], "revisions")


def check_payments(client):
    recorded = client.ask("PaymentService/RecordPayments", source="bank", payments=[
        payment(1, 1000), payment(2, 500, project="none"), payment(3, 0), payment(1, 1000)])
    check_equal(outcomes(recorded), ["OUTCOME_RECORDED", "OUTCOME_SUSPENDED", "ZERO_AMOUNT",
                                     "OUTCOME_DUPLICATE"], "outcomes of a batch")
    streamed = client.stream("PaymentService/StreamPayments", [
        {"source": "bank", "payments": [payment(4, 2000)]},
        {"source": "bank", "payments": [payment(5, -300), payment(4, 2000)]},
        {"source": "bank", "payments": []}])
    check_equal([outcomes(answer) for answer in streamed],
                [["OUTCOME_RECORDED"], ["OUTCOME_RECORDED", "OUTCOME_DUPLICATE"], []],
                "outcomes of a stream")
    got = client.ask("PaymentService/GetPayment", source="bank", paymentId="p5")["payment"]
    check_equal((got["event"]["kind"], got["effectFen"], got["bookedDate"]),
                ("PAYMENT_KIND_REFUND", "-300", "2020-05-01"), "a refund")
    effects = []
    token = ""
    while True:
        page = client.ask("PaymentService/ListPayments", fiscalYear=2020, projectCode="P1",
                          pageSize=2, pageToken=token)
        effects += [item["effectFen"] for item in page["payments"]]
        token = page["nextPageToken"]
        if not token:
            break
    check_equal(effects, ["1000", "2000", "-300"], "effects on the project")
    code, details = client.refusal("PaymentService/GetPayment", source="bank", paymentId="p9")
    check_equal(code, grpc.StatusCode.NOT_FOUND, "code for an unknown payment")
    check(b"PAYMENT_NOT_FOUND" in details, f"details without their reason: {details}")


def check_monitor(client):
    report = client.ask("MonitorService/GetExecutionReport", departmentCode=DEPARTMENT,
                        fiscalYear=2020, asOfDate="2020-06-30")["report"]
    check_equal((report["totals"]["disbursedFen"], report["totals"]["plannedFen"],
                 report["suspense"]["amountFen"]), ("2700", "50000", "500"), "report")
    warnings = client.ask("MonitorService/ListWarnings", departmentCode=DEPARTMENT,
                          state="WARNING_STATE_OPEN", rule="behind_plan")["warnings"]
    subject = [item["warningId"] for item in warnings if item["subject"]["code"] == "P1"]
    check_equal(subject, ["behind_plan/2020/project:P1/2020-06-30"], "open warnings")
    explained = client.ask("MonitorService/ExplainWarning", warningId=subject[0], explanation={
        "cause": "CAUSE_CLASS_FUNDING", "text": "资金未到位"})["warning"]
    check_equal(explained["explanation"]["text"], "资金未到位", "explanation")
    count = sum(len(item["history"]) for item in client.ask("MonitorService/ListWarnings")
                ["warnings"])
    changes = client.watch("MonitorService/WatchWarnings", count, afterSequence=0)
    sequences = [int(change["sequence"]) for change in changes]
    check_equal(sequences, sorted(set(sequences)), "sequences of the changes")
    check_equal(changes[-1]["warning"]["history"][-1]["kind"], "WARNING_EVENT_KIND_EXPLAINED",
                "the last change")


def outcomes(answer):
    return [item["reason"] or item["outcome"] for item in answer["outcomes"]]


def check_results(client):
    def observation(name, indicator, **value):
        return {"observationId": name, "projectCode": "P1", "indicatorId": indicator,
                "observedDate": "2020-06-30", **value}

    recorded = client.ask("ObservationService/RecordObservations", source="unit", observations=[
        observation("o1", "1", survey={"satisfiedCount": 19, "askedCount": 20}),
        observation("o2", "9", yes=True), observation("o3", "1"),
        observation("o1", "1", survey={"satisfiedCount": 19, "askedCount": 20})])
    check_equal(outcomes(recorded), ["OUTCOME_RECORDED", "OUTCOME_SUSPENDED", "MISSING_VALUE",
                                     "OUTCOME_DUPLICATE"], "outcomes of observations")
    listed = client.ask("ObservationService/ListObservations", fiscalYear=2020, pageSize=1)
    check_equal((listed["observations"][0]["event"]["observationId"],
                 bool(listed["nextPageToken"])), ("o1", True), "a page of observations")
    question = {"departmentCode": DEPARTMENT, "fiscalYear": 2020, "asOfDate": "2020-06-30"}
    report = client.ask("MonitorService/GetPerformanceReport", **question)["report"]
    indicator = report["projects"][0]["indicators"][0]
    check_equal((indicator["observedText"], indicator["survey"]["certain"]),
                ("95.00 % (19/20)", False), "a survey in the report")
    card = client.ask("MonitorService/GetScorecard", **question)["scorecard"]
    check_equal(card["projects"][0]["fullScore"], "100.00", "points that can be reached")
    run = client.ask("MonitorService/RunReview", **question)
    check(run["created"], "the review was there already")
    again = client.ask("MonitorService/RunReview", **question)
    check_equal((again["created"], again["review"]), (False, run["review"]), "the same again")
    review_id = run["summary"]["reviewId"]
    reviews = client.ask("MonitorService/ListReviews")["reviews"]
    check(review_id in [item["reviewId"] for item in reviews], f"{review_id} is not listed")
    check_equal(client.ask("MonitorService/GetReview", reviewId=review_id)["review"],
                run["review"], "the review")
    code, details = client.refusal("MonitorService/GetReview", reviewId="2020/x/2020-06-30/1")
    check_equal(code, grpc.StatusCode.NOT_FOUND, "code for an unknown review")
    check(b"REVIEW_NOT_FOUND" in details, f"details without their reason: {details}")


def check_admin(client):
    info = client.ask("AdminService/GetServerInfo")
    check(info["writable"] and info["businessDateFixed"], f"server info: {info}")
    check_equal(info["businessDate"], TODAY, "business date")
    check_equal([(year["fiscalYear"], year["paymentCount"], year["amountFen"])
                 for year in info["fiscalYears"]], [(2020, "4", "3200")], "fiscal years")
    verified = client.ask("AdminService/VerifyLedger")
    check_equal((verified["consistent"], verified["differences"]), (True, []), "verification")
    check_equal(verified["verifiedSequence"], info["ledgerSequence"], "verified sequence")
    backup = client.ask("AdminService/CreateBackup")
    check_equal((backup["ledgerSequence"], backup["chainHash"]),
                (info["ledgerSequence"], info["chainHash"]), "what the backup holds")
    code, details = client.refusal("AdminService/CloseFiscalYear", fiscalYear=2020)
    check_equal(code, grpc.StatusCode.FAILED_PRECONDITION, "code for a year that goes on")
    check(b"FISCAL_YEAR_NOT_OVER" in details, f"details without their reason: {details}")


def test(bin_dir, folder, _):
    with Daemon(bin_dir, folder / "data", TODAY) as daemon:
        client = GenericClient(daemon.address)
        services = client.services()
        own = [name for name in services if name.startswith("budgetwatch.")]
        check_equal(own, [f"budgetwatch.v1.{name}" for name in OWN_SERVICES], "own services")
        for name in (HEALTH, REFLECTION):
            check(name in services, f"{name} is not listed: {services}")
        check_equal(client.health(), 1, "health, 1 being SERVING")
        rpcs = {f"{name}/{rpc}" for name in OWN_SERVICES
                for rpc in client.load(f"budgetwatch.v1.{name}")}
        check_plans(client)
        check_payments(client)
        check_monitor(client)
        check_results(client)
        check_admin(client)
        check_equal(client.called, rpcs, "RPCs that were called")
        client.close()
        daemon.stop()


if __name__ == "__main__":
    main(test, __doc__)
