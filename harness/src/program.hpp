// What differs between prelu-bench and prelu-simt: chosen by which of two files is linked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalogue.hpp"
#include "device.hpp"
#include "runner.hpp"

namespace prelu::harness {

/// What the command line says of devices.
struct DeviceOptions {
  std::string device = "auto";  ///< auto, cpu, cuda or cuda:N
  int threads = 0;              ///< 0: all cores
  int schedules = 3;            ///< orders of execution that the SIMT executor tries
  std::uint64_t seed = 1;
};

struct Program {
  const char* name;
  const char* description;
  const char* examples;
  const char* default_suite;
  bool times;          ///< false: it only ever verifies
  bool has_schedules;  ///< it takes --schedules; else it takes --device and --threads
  std::vector<Peer> (*peers)() = nullptr;  ///< null: there are none
};

/// The program that is linked.
const Program& program();

/// Opens what `options` asks for. With "auto" a device that is not there is left out with its
/// reason; one that was asked for by name and is not there throws std::invalid_argument.
Devices open_devices(const DeviceOptions& options);

}  // namespace prelu::harness
