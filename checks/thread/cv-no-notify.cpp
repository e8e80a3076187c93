//===- cv-no-notify.cpp - Waits for what nobody signals -------------------===//

#include "checks/Check.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/Facts.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;

/// All code that could signal it is here.
static bool isAllKnown(const ir::Program &P, const Entity &E) {
  switch (E.How) {
  case LockClass::Local:
    return true;
  case LockClass::Global: {
    const ir::Global *G = P.global(E.Symbol);
    return G && (P.whole() || G->Internal || G->FunctionLocal);
  }
  case LockClass::Field: {
    const ir::Record *R = P.recordOfField(E.Symbol);
    const ir::Field *F = P.field(E.Symbol);
    if (!R || !F)
      return false;
    // A method that nobody calls may be missing, a template's above all.
    if (!llvm::all_of(R->Methods, [&](const ir::MethodRef &M) {
          const ir::Function *Fn = P.function(M.Symbol);
          return (Fn && Fn->Defined && !Fn->Incomplete) ||
                 M.Symbol.str().contains("@F@operator=#");
        }))
      return P.whole() && !R->Template;
    return P.whole() || !R->InHeader ||
           (F->Visible == ir::Access::Private && R->Friends.empty());
  }
  case LockClass::Object:
  case LockClass::Unknown:
    return false;
  }
  return false;
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  const ir::Program &P = F.program();
  std::vector<Finding> Out;
  if (P.module().HasErrors)
    return Out;
  for (const auto &[Cv, C] : F.conditions().all()) {
    if (C.Escapes || C.Waits.empty() || !C.Notifies.empty() ||
        !isAllKnown(P, Cv))
      continue;
    const ir::TypeRef *T = typeOf(P, Cv);
    if (!T || T->indirect() || T->Is != ir::Role::CondVar)
      continue;
    // A wait with a time limit alone is a sleep.
    const Waiting *Untimed = nullptr;
    for (const Waiting &W : C.Waits)
      if (!W.Timed)
        Untimed = Untimed ? Untimed : &W;
    if (!Untimed)
      continue;
    const std::string Name = nameOf(P, Cv);
    Finding Found;
    Found.Check = "runnel-cv-no-notify";
    Found.Where = rangeAt(*Untimed->In, Untimed->At);
    Found.Symbol = className(P, Cv);
    Found.Message = "'" + Name +
                    "' is waited for, and no code notifies it: this wait "
                    "never ends";
    Found.Notes.push_back({whereIs(P, Cv), "'" + Name + "' is declared here"});
    Found.Notes.push_back(
        {Found.Where, "call '" + Name +
                          ".notify_one()' or 'notify_all()' where what it "
                          "waits for becomes true"});
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-cv-no-notify", Level::Default, run, {},
                                 /*WholeProgram=*/true);

} // namespace runnel
