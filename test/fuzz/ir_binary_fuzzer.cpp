//===- ir_binary_fuzzer.cpp - readBinary on any bytes ---------------------===//
//
// The checksum is made right, so that the fuzzer reaches what is behind it. An
// input without the magic is taken for the payload alone.

#include "checks/ir/BinaryLayout.h"
#include "checks/ir/Serialize.h"
#include "checks/ir/Verify.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/xxhash.h"

#include <cstdlib>

using namespace runnel::ir;

static std::string write(const Module &M) {
  std::string Bytes;
  llvm::raw_string_ostream OS(Bytes);
  writeBinary(M, OS);
  return Bytes;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  std::string Bytes(reinterpret_cast<const char *>(Data), Size);
  if (!isBinary(Bytes)) {
    // The payload alone, under a fresh header.
    std::string Header = write(Module()).substr(0, binary::HeaderSize);
    Bytes = Header + Bytes;
  }
  if (Bytes.size() < binary::HeaderSize)
    Bytes.resize(binary::HeaderSize);
  llvm::StringRef Payload =
      llvm::StringRef(Bytes).drop_front(binary::HeaderSize);
  llvm::support::endian::write64le(Bytes.data() + sizeof(binary::Magic) + 1,
                                   llvm::xxh3_64bits(Payload));
  llvm::Expected<Module> M = readBinary(Bytes, "input");
  if (!M) {
    consumeError(M.takeError());
    return 0;
  }
  if (!verify(*M).empty())
    std::abort();
  llvm::Expected<Module> Again = readBinary(write(*M), "written");
  if (!Again || *Again != *M)
    std::abort();
  return 0;
}
