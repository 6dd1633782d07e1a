// The command line of a container that runs Velero, read as Velero reads it (cobra and pflag), with the place of every
// argument.
#pragma once

#include <cstdint>
#include <vector>

#include "lint/velero/install.h"

namespace vlint::velero {

enum class Program : std::uint8_t {
  other,
  server,      // velero server
  node_agent,  // velero node-agent server; velero restic server up to 1.9
};

struct CommandLine {
  Program program = Program::other;
  // A shell starts the program: its arguments are not read.
  bool by_shell = false;
  std::vector<yaml::Value> arguments;  // after the name of the program: command, then args
};

CommandLine read_command_line(yaml::Value container);

// The flags of a server. `version` decides what the server accepts and what its defaults are.
ServerFlags read_server_flags(const CommandLine& command, const Version& version);

}  // namespace vlint::velero
