//===- web-recursive-mutex.cpp - Mutexes that may be locked twice ---------===//

#include "checks/Check.h"
#include "checks/web/Story.h"

namespace runnel {

using analysis::Facts;
using analysis::LockClass;
using analysis::Reentry;

static const Reentry *reentryOf(const Facts &F, const LockClass &C) {
  for (const Reentry &R : F.lockGraph().reentries())
    if (R.Lock == C && web::isBelieved(F, R.How))
      return &R;
  return nullptr;
}

static Finding about(const Facts &F, const LockClass &C,
                     const ir::Range &Where) {
  const std::string Name = className(F.program(), C);
  Finding Found;
  Found.Check = "runnel-web-recursive-mutex";
  Found.Where = Where;
  Found.Symbol = Name;
  if (const Reentry *R = reentryOf(F, C)) {
    Found.Message = "'" + Name +
                    "' is recursive: code below a call cannot know whether its "
                    "data is whole";
    web::tell(F, R->How, Name, Name, Found.Notes);
    Found.Notes.push_back(
        {Where, "split '" + web::functionName(F.program(), *R->How.In) +
                    "' from a private helper that expects the lock, and use a "
                    "plain mutex"});
    return Found;
  }
  Found.Message =
      "'" + Name + "' is recursive, and nothing here locks it twice";
  Found.Notes.push_back({Where, "a plain mutex says more, and costs less"});
  return Found;
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  auto Is = [](const ir::TypeRef &T) {
    return T.Is == ir::Role::Lock && T.has(ir::Recursive) && !T.indirect();
  };
  for (const ir::Record &R : F.program().module().Records)
    if (!R.System && !(R.Traits & ir::LockWrapper))
      for (const ir::Field &Field : R.Fields)
        if (Is(Field.Type))
          Out.push_back(
              about(F, {LockClass::Field, Field.Symbol}, Field.Where));
  for (const ir::Global &G : F.program().module().Globals)
    if (!G.System && Is(G.Type))
      Out.push_back(about(F, {LockClass::Global, G.Symbol}, G.Where));
  return Out;
}

static const CheckRegistration X("runnel-web-recursive-mutex", Level::Advice,
                                 run, {}, /*WholeProgram=*/true);

} // namespace runnel
