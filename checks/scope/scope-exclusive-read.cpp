//===- scope-exclusive-read.cpp - Readers that keep readers out -----------===//

#include "checks/Check.h"
#include "checks/UnderLock.h"
#include "checks/analysis/Scope.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::scope {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Place;

namespace {

class Pass {
public:
  explicit Pass(const Facts &F) : F(F), P(F.program()) {}

  std::vector<Finding> run() {
    for (const Function *Fn : F.callGraph().functions())
      if (!F.held(*Fn).trivial() && !Fn->System && !Fn->Incomplete)
        for (const CriticalSection &C : F.sections(*Fn))
          section(*Fn, C);
    return std::move(Findings);
  }

private:
  void section(const Function &Fn, const CriticalSection &C) {
    const HeldLocks &H = F.held(Fn);
    const Event &Begin = eventAt(Fn, C.Begin);
    if (C.Locks.size() != 1 || C.Escapes || Begin.What != Op::GuardBegin ||
        Begin.has(ir::Shared) || Begin.Where.InMacro)
      return;
    const Place &Lock = H.lock(C.Locks.front());
    Hold Held;
    Held.Lock = C.Locks.front();
    if (!Lock.Type.has(ir::SharedMode) || !isContended(Fn, H, Held))
      return;
    const Point *Read = nullptr;
    for (const Point &At : C.Events) {
      if (writes(Fn, At))
        return;
      const Event &E = eventAt(Fn, At);
      if (!Read && E.What == Op::Access && E.has(ir::Read) &&
          isData(Fn.place(E.Subject)))
        Read = &At;
    }
    if (!Read)
      return;

    const std::string Name = lockName(Fn, Lock);
    Finding Found;
    Found.Check = "runnel-scope-exclusive-read";
    Found.Where = Begin.Where;
    Found.Message = Name + " is locked exclusively, but what follows only "
                           "reads: readers wait for each other";
    const LockClass &Class = H.classOf(C.Locks.front());
    Found.Symbol = (Class.known() ? className(P, Class) : std::string("lock")) +
                   " in " + Fn.Id.str().str();
    Found.Notes.push_back({rangeAt(Fn, *Read), "it is read here"});
    Found.Notes.push_back({Begin.Where, "lock it shared: 'std::shared_lock'"});
    addFix(Fn, C, Lock, Found);
    Findings.push_back(std::move(Found));
  }

  static bool isData(const Place &P) {
    if (P.Type.Is == ir::Role::Atomic)
      return false;
    return P.Root == Place::Global || llvm::any_of(P.Path, [](const auto &S) {
             return S.How == ir::Step::Field;
           });
  }

  /// May change something that others can see, or do what is more than reading.
  bool writes(const Function &Fn, Point At) const {
    const Event &E = eventAt(Fn, At);
    const bool Own =
        E.Subject != ir::NoPlace && Fn.place(E.Subject).Root == Place::Local &&
        Fn.place(E.Subject).Index < Fn.Locals.size() &&
        !Fn.Locals[Fn.place(E.Subject).Index].Type.indirect() &&
        Fn.Locals[Fn.place(E.Subject).Index].Type.Is != ir::Role::View;
    switch (E.What) {
    case Op::Access:
      return E.has(ir::Write) && !Own;
    case Op::Declare:
    case Op::ScopeEnd:
    case Op::GuardEnd:
    case Op::Return:
    case Op::Throw:
      return E.What == Op::Return && E.has(ir::ByReference);
    case Op::Assign:
      return !Own && (E.Subject == ir::NoPlace ||
                      Fn.place(E.Subject).Root != Place::Local);
    case Op::Call: {
      if (E.has(ir::SystemCallee))
        return false; // what it writes is told by accesses
      const Function *Callee = E.Callee ? P.function(E.Callee) : nullptr;
      if (!Callee || !Callee->Defined || F.callGraph().isOpen(Fn, At))
        return true;
      const Summary &S = F.summaries().of(*Callee);
      if (!S.Effects.empty() || !S.Locks.empty() || S.TouchesMore)
        return true;
      return llvm::any_of(S.Touches, [&](const Touch &T) { return T.Write; });
    }
    default:
      return true;
    }
  }

  void addFix(const Function &Fn, const CriticalSection &C, const Place &Lock,
              Finding &Found) const {
    const Place *G = C.Guard < Fn.Places.size() ? &Fn.place(C.Guard) : nullptr;
    if (!G || G->Root != Place::Local || !G->Path.empty())
      return;
    const ir::Variable &V = Fn.Locals[G->Index];
    const llvm::StringRef Type = V.Type.Spelling.str();
    if (!V.TypeText.editable() || !V.TypeText.Length ||
        !(Type.starts_with("std::unique_lock") ||
          Type.starts_with("std::lock_guard") ||
          Type.starts_with("std::scoped_lock")) ||
        !Lock.Type.Spelling.str().starts_with("std::shared_"))
      return;
    const bool Written = V.TypeText.Length > sizeof("std::unique_lock") ||
                         P.module().BeforeCxx17;
    Fix Shared;
    Shared.Description = "lock shared";
    Shared.Edits.push_back(
        {V.TypeText,
         Written ? "std::shared_lock<" + Lock.Type.Spelling.str().str() + ">"
                 : std::string("std::shared_lock")});
    Found.Fixes.push_back(std::move(Shared));
  }

  const Facts &F;
  const ir::Program &P;
  std::vector<Finding> Findings;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-scope-exclusive-read", Level::Strict,
                                 run);

} // namespace runnel::scope
