//===- ThreadLocals.cpp - Variables that each thread has its own of -------===//

#include "checks/fiber/ThreadLocals.h"

#include "checks/analysis/Places.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace runnel::fiber {

using namespace analysis;
using ir::Place;

std::optional<std::string> threadLocalName(const ir::Program &P,
                                           ir::Name Symbol) {
  if (const ir::Global *G = P.global(Symbol); G && G->ThreadLocal) {
    const llvm::StringRef Id = G->Id.str();
    return Id.substr(Id.rfind(':') + 1).str();
  }
  if (const ir::Field *Field = P.field(Symbol); Field && Field->ThreadLocal)
    return Field->Id.str().str();
  return std::nullopt;
}

llvm::StringRef firstIdentifier(llvm::StringRef Text) {
  Text = Text.ltrim("*&( ");
  return Text.take_while([](char C) { return llvm::isAlnum(C) || C == '_'; });
}

ThreadLocalUse threadLocalAt(const Facts &F, const ir::Function &In,
                             ir::PlaceId Id, llvm::StringRef Spelling) {
  ThreadLocalUse Use;
  if (Id == ir::NoPlace)
    return Use;
  const Place &Written = In.place(Id);
  if (Written.Root != Place::Global)
    return Use;
  // buffer(), a function that returns a reference to one.
  const Place At = resolveAccessors(F.program(), Written);
  if (At.Root != Place::Global)
    return Use;
  std::optional<std::string> Name = threadLocalName(F.program(), At.Symbol);
  if (!Name)
    return Use;
  Use.Symbol = At.Symbol;
  Use.Name = std::move(*Name);
  if (!Written.Path.empty() && Written.Path[0].How == ir::Step::Call)
    Use.Accessor = Written.Path[0].Symbol;
  const llvm::StringRef First = firstIdentifier(Spelling);
  // `scratch`, `Session::active`, `this->active`, `ns::arena().used`.
  const llvm::StringRef Direct =
      Use.Accessor ? Written.Path[0].Id.str() : llvm::StringRef(Use.Name);
  if (!First.empty() && !Spelling.contains(Direct))
    Use.Alias = First.str();
  return Use;
}

} // namespace runnel::fiber
