// vlint: the type checker for Kubernetes backups.
#include "lint/app/cli.h"
#include "lint/app/commands.h"

int main(int argc, char** argv) {
  const vlint::Parsed parsed = vlint::parse_command_line(argc, argv);
  return parsed.command_line ? vlint::run(*parsed.command_line) : parsed.exit_code;
}
