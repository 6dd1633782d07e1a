#include "lint/output/credentials.h"

#include <doctest/doctest.h>

#include <string>

namespace vlint {
namespace {

TEST_CASE("key names announce credentials or not") {
  for (const std::string_view name : {"password",
                                      "DB_PASSWORD",
                                      "dbPassword",
                                      "RESTIC_PASSWORD",
                                      "token",
                                      "apiToken",
                                      "accessKey",
                                      "AWS_ACCESS_KEY_ID",
                                      "aws_secret_access_key",
                                      "secretKey",
                                      "key",
                                      "tls.key",
                                      "secret",
                                      "connectionString",
                                      "connection-string",
                                      "passphrase",
                                      "MYSQL_PWD",
                                      "smtp-pass",
                                      "credentials",
                                      "Authorization",
                                      "--token",
                                      "clientSecret",
                                      "dsn",
                                      "kubeconfig",
                                      ".dockerconfigjson",
                                      "private_key"}) {
    CAPTURE(name);
    CHECK(names_credential(name));
  }
  for (const std::string_view name : {"name",
                                      "secretName",
                                      "secretRef",
                                      "passwordSecretRef",
                                      "existingSecret",
                                      "imagePullSecrets",
                                      "topologyKey",
                                      "volumeGroupSnapshotLabelKey",
                                      "--volume-group-snapshot-label-key",
                                      "tokenPath",
                                      "kind",
                                      "schedule",
                                      "repository",
                                      "keys",
                                      "matchLabelKeys",
                                      "expirationSeconds",
                                      "username",
                                      "",
                                      "persistentVolumeClaim",
                                      "secretStoreRef",
                                      "kmsKeyId",
                                      "keyed"}) {
    CAPTURE(name);
    CHECK_FALSE(names_credential(name));
  }
}

TEST_CASE("words in text give credentials away") {
  struct Row {
    std::string_view line;
    std::string_view word;  // empty: none
  };
  const Row rows[] = {
      {"password: hunter2", "password"},
      {"  \"password\" : \"hunter2\"", "password"},
      {"export DB_PASSWORD=hunter2", "DB_PASSWORD"},
      {"pg_dump --password hunter2", "--password"},
      {"pg_dump --password=hunter2", "--password"},
      {"args: [\"--password\", \"hunter2\"]", "--password"},
      {"{\\\"token\\\":\\\"abc\\\"}", "token"},
      {"Authorization: Bearer abc", "Authorization"},
      {"see https://user:hunter2@host/x", "user:hunter2"},
      {"redis://:hunt/er2@host", ""},
      {"postgres://u:p/w@host", "u"},
      {"https://ghp_abc@github.com/x", "ghp_abc"},
      {"-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN"},
      {"value: ENC[AES256_GCM,data:abc]", "ENC["},
      {"password: true", ""},
      {"password: null  # none", ""},
      {"password:", ""},
      {"password: # none", ""},
      {"secretName: velero", ""},
      {"--password", ""},
      {"--dry-run --token --verbose", "--token"},  // the next word could be the token
      {"https://github.com/velero-io/velero@v1.18", ""},
      {"http://minio:9000/bucket user@host", ""},
      {"schedule: \"0 2 * * *\"", ""},
      {"", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    CHECK(find_credential(row.line).value_or("") == row.word);
  }
}

TEST_CASE("a text that says it is a Secret is recognised") {
  for (const std::string_view text : {"kind: Secret", "a: 1\n  kind:   \"Secret\"\n", "{\"kind\":\"Secret\"}",
                                      "{\\\"kind\\\": \\\"Secret\\\"}", "- kind: Secret # x", "'kind': 'Secret'"}) {
    CAPTURE(text);
    CHECK(mentions_secret_kind(text));
  }
  for (const std::string_view text : {"kind: SecretStore", "kind: Secret-ish", "kinds: [Secret]", "Secret",
                                      "kind: ConfigMap", "otherkind: Secret", "kind: SealedSecret", ""}) {
    CAPTURE(text);
    CHECK_FALSE(mentions_secret_kind(text));
  }
}

TEST_CASE("a scanner hides what belongs to a credential") {
  struct Row {
    std::string_view line;
    bool hidden;
  };
  const Row rows[] = {
      {"auth:", false},
      {"  password: |", true},
      {"    hunter2", true},
      {"", true},
      {"      deeper", true},
      {"  user: x", false},
      {"  token:", false},
      {"    - abc", true},
      {"other: 1", false},
      {"-----BEGIN PRIVATE KEY-----", true},
      {"MIIEvQ", true},
      {"-----END PRIVATE KEY-----", true},
      {"after: 1", false},
      {"-----BEGIN X----- abc -----END X-----", true},
      {"secrets:", false},
      {"- abc", true},
      {"- def", true},
      {"args:", false},
      {"- token:", false},  // an item: its neighbours are none of its own
      {"- next", false},
      {"- --password", false},
      {"- hunter2", true},
      {"- other", false},
      {"- value: hunter2", true},
      {"  name: DB_PASSWORD", true},
      {"- name: x", false},
      {"last: 1", false},
  };
  CredentialScanner scanner;
  for (const Row& row : rows) {
    CAPTURE(row.line);
    CHECK(scanner.hides(row.line) == row.hidden);
  }
}

TEST_CASE("long lines are read once") {
  for (const std::string_view part : {"://", "://@", "://a/@", "password=true ", "--", "--token ", "\"\"\"\"",
                                      "password:", "Secret", "kind: Secretx "}) {
    std::string line;
    while (line.size() < 2'000'000) line += part;
    line += std::string(1'000'000, ' ');
    CAPTURE(part);
    CHECK(find_credential(line).value_or("").size() < 100);
    CHECK_FALSE(mentions_secret_kind(line));
  }
}

}  // namespace
}  // namespace vlint
