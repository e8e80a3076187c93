//===- ir_text_fuzzer.cpp - readText on any bytes -------------------------===//
//
// Whatever the reader accepts is in order, and survives a round trip.
//
//===----------------------------------------------------------------------===//

#include "checks/ir/Serialize.h"
#include "checks/ir/Verify.h"

#include <cstdlib>

using namespace runnel::ir;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  llvm::StringRef Input(reinterpret_cast<const char *>(Data), Size);
  llvm::Expected<Module> M = readText(Input, "input");
  if (!M) {
    consumeError(M.takeError());
    return 0;
  }
  if (!verify(*M).empty())
    std::abort();
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  writeText(*M, OS);
  llvm::Expected<Module> Again = readText(Text, "written");
  if (!Again || *Again != *M)
    std::abort();
  return 0;
}
