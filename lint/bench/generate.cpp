#include "lint/bench/generate.h"

#include <fmt/format.h>

#include <random>
#include <string>

namespace vlint::bench {
namespace {

constexpr unsigned kNamespaces = 40;

class Generator {
 public:
  // A fixed seed: every run measures the same bytes.
  Generator() : random_(20240229U) {}

  std::string velero() {
    return R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: velero
  namespace: velero
spec:
  template:
    spec:
      containers:
        - name: velero
          image: velero/velero:v1.18.1
          args: [server, --uploader-type=kopia]
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: node-agent
  namespace: velero
spec:
  template:
    metadata:
      labels: {name: node-agent, role: node-agent}
    spec:
      containers:
        - name: node-agent
          image: velero/velero:v1.18.1
)" + schedule("daily", "0 2 * * *", true) +
           schedule("weekly", "30 3 * * 0", true) + schedule("manifests", "15 * * * *", false);
  }

  // One file of the application `index`.
  std::string file(std::size_t index) {
    const unsigned kind = pick(1000);
    const std::string name = fmt::format("app-{}", index);
    const std::string ns = fmt::format("team-{}", index % kNamespaces);
    if (kind < 280) return workload(name, ns) + service(name, ns);
    if (kind < 430) return workload(name, ns) + claim(name, ns) + service(name, ns) + ingress(name, ns);
    if (kind < 520) return stateful_set(name, ns) + service(name, ns);
    if (kind < 720) return ingress(name, ns);
    if (kind < 850) return config_map(name, ns, 3 + pick(20));
    if (kind < 995) return claim(name, ns) + service(name, ns);
    return kind < 998 ? config_map(name, ns, 600) : definition(name);
  }

  std::string namespaces() {
    std::string text;
    for (unsigned i = 0; i < kNamespaces; ++i) {
      text += fmt::format("---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: team-{}\n", i);
    }
    return text;
  }

 private:
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

  std::string schedule(std::string_view name, std::string_view cron, bool copies) {
    std::string text = fmt::format(
        "---\napiVersion: velero.io/v1\nkind: Schedule\nmetadata:\n  name: {}\n  namespace: velero\nspec:\n"
        "  schedule: \"{}\"\n  template:\n    ttl: 720h\n    defaultVolumesToFsBackup: {}\n    includedNamespaces:\n",
        name, cron, copies);
    for (unsigned i = 0; i < kNamespaces; ++i) text += fmt::format("      - team-{}\n", i);
    return text;
  }

  std::string workload(const std::string& name, const std::string& ns) {
    // Most scratch volumes are excluded, as in a repository that is looked after; one in ten is not.
    const bool is_excluded = pick(10) != 0;
    std::string text = fmt::format(R"(---
# {0}: looked after by the platform team
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {0}
  namespace: {1}
  labels: {{app.kubernetes.io/name: {0}, app.kubernetes.io/part-of: {1}}}
spec:
  replicas: {2}
  selector:
    matchLabels:
      app.kubernetes.io/name: {0}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {0}
)",
                                   name, ns, 1 + pick(3));
    if (is_excluded) text += "      annotations:\n        backup.velero.io/backup-volumes-excludes: tmp,cache\n";
    text += fmt::format(R"(    spec:
      securityContext: {{runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000}}
      containers:
        - name: {0}
          image: "registry.example.org/{1}/{0}:1.{2}.0"  # renovate
          ports:
            - containerPort: 8080
              name: http
          env:
)",
                        name, ns, pick(40));
    for (unsigned i = 0, count = 2 + pick(10); i < count; ++i) {
      text += fmt::format("            - name: SETTING_{}\n              value: 'value {}'\n", i, pick(1000));
    }
    text += fmt::format(R"(          resources:
            requests: {{cpu: {1}m, memory: 128Mi}}
            limits: {{memory: 256Mi}}
          volumeMounts:
            - {{name: data, mountPath: /var/lib/{0}}}
            - {{name: tmp, mountPath: /tmp}}
            - name: cache
              mountPath: /cache
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: {0}-data
        - name: tmp
          emptyDir: {{}}
        - name: cache
          emptyDir:
            sizeLimit: 1Gi
)",
                        name, 10 + pick(500));
    return text;
  }

  std::string stateful_set(const std::string& name, const std::string& ns) {
    return fmt::format(R"(---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {0}
  namespace: {1}
spec:
  serviceName: {0}
  replicas: {2}
  selector:
    matchLabels: {{app.kubernetes.io/name: {0}}}
  template:
    metadata:
      labels: {{app.kubernetes.io/name: {0}}}
      annotations:
        pre.hook.backup.velero.io/container: db
        pre.hook.backup.velero.io/command: '["/bin/sh", "-c", "pg_dumpall -U postgres > /dump/all.sql"]'
        backup.velero.io/backup-volumes: dump
    spec:
      terminationGracePeriodSeconds: 60
      containers:
        - name: db
          image: docker.io/library/postgres:16.{3}
          args:
            - -c
            - max_connections={4}
          envFrom:
            - secretRef: {{name: {0}-credentials}}
          livenessProbe:
            exec:
              command: [pg_isready, -U, postgres]
            periodSeconds: 10
          volumeMounts:
            - name: data
              mountPath: /var/lib/postgresql/data
            - name: dump
              mountPath: /dump
      volumes:
        - name: dump
          emptyDir: {{}}
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        storageClassName: fast
        resources:
          requests:
            storage: {5}Gi
)",
                       name, ns, 1 + pick(3), pick(9), 50 + pick(200), 5 + pick(100));
  }

  std::string ingress(const std::string& name, const std::string& ns) {
    return fmt::format(R"(---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {0}
  namespace: {1}
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt
    nginx.ingress.kubernetes.io/proxy-body-size: "{2}m"
spec:
  ingressClassName: nginx
  rules:
    - host: {0}.{1}.example.org
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {0}
                port:
                  number: 80
  tls:
    - hosts: [{0}.{1}.example.org]
      secretName: {0}-tls
)",
                       name, ns, 1 + pick(64));
  }

  std::string claim(const std::string& name, const std::string& ns) {
    return fmt::format(
        "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: {}-data\n  namespace: {}\nspec:\n"
        "  accessModes: [ReadWriteOnce]\n  storageClassName: fast\n  resources:\n    requests:\n      storage: {}Gi\n",
        name, ns, 1 + pick(100));
  }

  std::string service(const std::string& name, const std::string& ns) {
    return fmt::format(
        "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {0}\n  namespace: {1}\nspec:\n  selector:\n"
        "    app.kubernetes.io/name: {0}\n  ports:\n    - port: 80\n      targetPort: http\n",
        name, ns);
  }

  std::string config_map(const std::string& name, const std::string& ns, unsigned lines) {
    std::string text = fmt::format(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}-config\n  namespace: {}\ndata:\n  run.sh: |\n"
        "    #!/bin/sh\n",
        name, ns);
    for (unsigned i = 0; i < lines; ++i) {
      text += fmt::format("    echo \"step {} of the script\" # not a comment of the YAML, {}\n", i, pick(100000));
    }
    return text + "  mode: production\n";
  }

  // Definitions of custom resources are the deepest documents of a repository.
  std::string definition(const std::string& name) {
    std::string text = fmt::format(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: {0}s.example.org\n"
        "spec:\n  group: example.org\n  versions:\n    - name: v1\n      schema:\n        openAPIV3Schema:\n"
        "          type: object\n          properties:\n",
        name);
    for (unsigned i = 0; i < 400; ++i) {
      text += fmt::format(
          "            field{0}:\n              description: >-\n                The field {0} says how often, and in "
          "which order,\n                things are done; see the manual.\n              type: string\n",
          i);
    }
    return text;
  }

  std::mt19937 random_;
};

}  // namespace

std::vector<SourceFile> generate_repository(std::size_t bytes) {
  Generator generator;
  std::vector<SourceFile> files;
  files.push_back({"velero/velero.yaml", generator.velero()});
  files.push_back({"namespaces.yaml", generator.namespaces()});
  std::size_t total = files[0].text.size() + files[1].text.size();
  for (std::size_t i = 0; total < bytes; ++i) {
    files.push_back({fmt::format("apps/team-{}/app-{}.yaml", i % kNamespaces, i), generator.file(i)});
    total += files.back().text.size();
  }
  return files;
}

}  // namespace vlint::bench
