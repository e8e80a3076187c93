//===- Lower.h - One translation unit to a module, in this process -*- C++
//-*-===//
//
// Builds clang's invocation, parses through the recording file system, hands
// the AST to the frontend. Runs in a worker: it may be killed at any moment,
// and whatever it does to memory ends with its process.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_DRIVER_LOWER_H
#define RUNNEL_TOOL_DRIVER_LOWER_H

#include "tool/cache/Dependencies.h"

#include <string>
#include <vector>

namespace runnel::frontend {
class Vocabulary;
}

namespace runnel::tool {

struct LowerJob {
  std::string File;      ///< absolute
  std::string Directory; ///< absolute
  std::vector<std::string> Args;
  std::string Root;
  std::string VocabularyFile; ///< a .runnel.yaml, or empty
};

struct LowerResult {
  /// Parsed: a module is there, whole if Errors is 0.
  enum Status : uint8_t { Parsed, Failed } How = Failed;
  uint32_t Errors = 0;
  std::vector<std::string> Messages; ///< the first errors, as clang words them
  std::string Module;                ///< binary form
  std::vector<Dependency> Dependencies;
  uint64_t ResidentKb = 0; ///< of the worker, afterwards
};

LowerResult lowerUnit(const LowerJob &Job, const frontend::Vocabulary *Vocab);

std::string encode(const LowerJob &J);
bool decode(llvm::StringRef Bytes, LowerJob &J);
std::string encode(const LowerResult &R);
bool decode(llvm::StringRef Bytes, LowerResult &R);

} // namespace runnel::tool

#endif
