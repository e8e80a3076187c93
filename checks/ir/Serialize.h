//===- Serialize.h - The text and the binary form ---------------*- C++ -*-===//
//
// Both forms hold all of a module and round-trip: read(write(M)) == M for every
// canonical module, and write(read(T)) == T for text that write made. The
// readers accept any bytes: they return an error that says where and what, and
// never crash. Specified in docs/design/ir.md.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_SERIALIZE_H
#define RUNNEL_CHECKS_IR_SERIALIZE_H

#include "checks/ir/Module.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace runnel::ir {

void writeText(const Module &M, llvm::raw_ostream &OS);
/// \p FileName is for messages alone.
llvm::Expected<Module> readText(llvm::StringRef Text, llvm::StringRef FileName);

void writeBinary(const Module &M, llvm::raw_ostream &OS);
llvm::Expected<Module> readBinary(llvm::StringRef Bytes,
                                  llvm::StringRef FileName);
/// Tells the two forms apart by the first bytes.
bool isBinary(llvm::StringRef Bytes);

/// `this.store.mu`, `param jobs`, `global cache_lock`: for text and for people.
std::string print(const Function &F, PlaceId P);
/// As a programmer would write it: `store.mu`, `jobs->mu`.
std::string pretty(const Function &F, PlaceId P);

} // namespace runnel::ir

#endif
