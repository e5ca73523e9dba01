"""As much of an API server as the webhook asks for: one configuration of webhooks, Secrets, lists and watches without end."""
import http.server
import json
import pathlib
import ssl
import subprocess
import threading

CONFIGURATION = "vouchsafe"
HOST = "vouchsafe.vouchsafe.svc"
KINDS = {
    "namespaces": "Namespace",
    "configmaps": "ConfigMap",
    "mutatingwebhookconfigurations": "MutatingWebhookConfiguration",
}
PATH = f"/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/{CONFIGURATION}"


def make_certificate(directory, name, host):
    """Writes NAME.crt and NAME.key."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", f"subjectAltName={host}", "-addext", "basicConstraints=critical,CA:FALSE",
         "-keyout", directory / f"{name}.key", "-out", directory / f"{name}.crt"],
        check=True, capture_output=True,
    )


class ApiServer:
    """Served on loopback for the time of the `with` block, with `namespaces` namespaces."""

    def __init__(self, directory, namespaces):
        self.directory = pathlib.Path(directory)
        self.lock = threading.Lock()
        self.version = 1
        self.objects = {"/version": {"major": "1", "minor": "33", "gitVersion": "v1.33.0", "gitCommit": "", "gitTreeState": "clean",
                                     "buildDate": "", "goVersion": "", "compiler": "", "platform": ""}}
        self.keep(PATH, {
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration", "metadata": {"name": CONFIGURATION},
            "webhooks": [{
                "name": "vouchsafe.dev", "admissionReviewVersions": ["v1"], "sideEffects": "None",
                "clientConfig": {"service": {"name": "vouchsafe", "namespace": "vouchsafe", "path": "/mutate"}},
            }],
        })
        for number in range(namespaces):
            name = f"team-{number}"
            self.keep(f"/api/v1/namespaces/{name}", {"apiVersion": "v1", "kind": "Namespace", "metadata": {
                "name": name, "labels": {"kubernetes.io/metadata.name": name}}})

    def keep(self, path, value):
        self.version += 1
        value["metadata"]["resourceVersion"] = str(self.version)
        self.objects[path] = value
        return value

    def __enter__(self):
        make_certificate(self.directory, "api", "IP:127.0.0.1")
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do(self):
                api.serve(self)

            do_GET = do_POST = do_PUT = do_PATCH = do

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.directory / "api.crt", self.directory / "api.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = self.server.server_address[1]
        return self

    def __exit__(self, *_):
        self.server.shutdown()

    def ca_bundle(self):
        """What the API server would trust the webhook by, in base64; None until the webhook has said so."""
        with self.lock:
            return self.objects[PATH]["webhooks"][0]["clientConfig"].get("caBundle")

    def serve(self, request):
        body = json.loads(request.rfile.read(int(request.headers.get("Content-Length") or 0)) or "null")
        path, _, query = request.path.partition("?")
        if "watch=true" in query:
            # Nothing ever changes.
            request.send_response(200)
            request.send_header("Content-Type", "application/json")
            request.send_header("Transfer-Encoding", "chunked")
            request.end_headers()
            threading.Event().wait()
        with self.lock:
            code, answer = self.answer(request.command, path, body, request.headers.get("Accept", ""))
        text = json.dumps(answer).encode()
        request.send_response(code)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def answer(self, method, path, body, accept):
        if method == "POST":
            return 201, self.keep(f"{path}/{body['metadata']['name']}", body)
        if method == "PUT":
            return 200, self.keep(path, body)
        if method == "PATCH":
            value = self.objects[path]
            for operation in body:
                *way, last = operation["path"].split("/")[1:]
                place = value
                for step in way:
                    place = place[int(step)] if isinstance(place, list) else place[step]
                place[last] = operation["value"]
            return 200, self.keep(path, value)
        if path in self.objects:
            return 200, self.objects[path]
        if path.rsplit("/", 1)[1] in KINDS:
            return 200, self.list_of(path, "PartialObjectMetadataList" in accept)
        return 404, {"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": 404, "reason": "NotFound", "message": path}

    def list_of(self, path, metadata_only):
        items = [value for key, value in self.objects.items() if key.rsplit("/", 1)[0] == path]
        if metadata_only:
            version, kind = "meta.k8s.io/v1", "PartialObjectMetadata"
            items = [{"apiVersion": version, "kind": kind, "metadata": item["metadata"]} for item in items]
        else:
            group, _, resource = path.removeprefix("/apis/").removeprefix("/api/").rpartition("/")
            version, kind = group, KINDS[resource]
        return {"apiVersion": version, "kind": f"{kind}List", "metadata": {"resourceVersion": str(self.version)}, "items": items}
