//===- NoRemoteIndex.cpp - In place of clangd's client of a remote index --===//
//
// Debian's clangd can ask an index server through gRPC; its headers and
// libraries would be needed to link that part. A configuration that names a
// server gets none, as with any clangd that is built without.
//
//===----------------------------------------------------------------------===//

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>

namespace clang::clangd {
class SymbolIndex {
public:
  virtual ~SymbolIndex() = default;
};

namespace remote {
std::unique_ptr<SymbolIndex> getClient(llvm::StringRef, llvm::StringRef);
std::unique_ptr<SymbolIndex> getClient(llvm::StringRef Address,
                                       llvm::StringRef) {
  llvm::errs() << "runnel-clangd is built without remote index: " << Address
               << " is not asked\n";
  return nullptr;
}
} // namespace remote
} // namespace clang::clangd
