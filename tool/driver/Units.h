//===- Units.h - Which translation units a run is about ---------*- C++ -*-===//

#ifndef RUNNEL_TOOL_DRIVER_UNITS_H
#define RUNNEL_TOOL_DRIVER_UNITS_H

#include "tool/config/RunnelYaml.h"
#include "tool/config/TidyConfig.h"
#include "tool/report/Report.h"

#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace runnel::tool {

struct UnitRequest {
  std::vector<std::string> Paths; ///< as typed
  std::string Database;           ///< -p
  std::string Root;               ///< --root
  std::string ResourceDir;        ///< --resource-dir
  std::vector<std::string> ExtraArgs, ExtraArgsBefore;
  bool WholeProgram = false;      ///< --whole-program
  bool FlagsGiven = false;        ///< `--` was there
  std::vector<std::string> Flags; ///< what stood behind it
};

struct Unit {
  std::string File; ///< absolute
  std::string Spelled;
  std::string Directory;
  std::vector<std::string> Args; ///< adjusted
};

struct UnitList {
  std::string Root;
  RunnelYaml Config;
  std::vector<Unit> Units;          ///< sorted, without repeats
  std::vector<std::string> Modules; ///< .rir files named, absolute
  std::vector<Problem> Problems;
  std::vector<std::string> Notes;
  /// The units are all of a program.
  bool Whole = false;
  /// Paths that select what is shown: absolute; empty: everything. A header
  /// among them selects the units that include it.
  std::vector<std::string> Shown;
  std::string DatabaseFolder;
};

llvm::Expected<UnitList> collectUnits(const UnitRequest &R,
                                      TidyConfigs &Configs);

/// Where the builtin headers of the clang we link are.
std::string findResourceDir(llvm::StringRef Asked);

} // namespace runnel::tool

#endif
