//===- scope-unknown-callee.cpp - Code of others under a lock -------------===//

#include "checks/Check.h"
#include "checks/Habits.h"
#include "checks/UnderLock.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::scope {

using namespace analysis;
using ir::CallKind;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Place;

namespace {

/// Function objects that compute and return: ordering, hashing, time, memory.
bool isPure(llvm::StringRef Name) {
  static const llvm::StringRef Pure[] = {
      "compare", "comparator", "cmp",  "less",      "hash",    "hasher",
      "equal",   "eq",         "pred", "predicate", "clock",   "now",
      "alloc",   "allocator",  "free", "deleter",   "dealloc", "log",
      "logger",  "trace",      "key"};
  return llvm::any_of(wordsOf(Name), [](const std::string &Word) {
    return llvm::is_contained(Pure, llvm::StringRef(Word));
  });
}

class Pass {
public:
  explicit Pass(const Facts &F) : F(F), P(F.program()) {}

  std::vector<Finding> run() {
    std::vector<Alike> Findings;
    for (const Group &G :
         effectsUnderLocks(F, {Effect::UnknownCall},
                           [&](const UnderLock &U) { return isWanted(U); }))
      Findings.push_back({lockKey(F, G.front()),
                          functionName(P, *G.front().In) + " calls " +
                              calledName(G.front()) + " under it, too",
                          tell(G)});
    return foldAlike(std::move(Findings), /*MinFiles=*/2);
  }

private:
  bool isWanted(const UnderLock &U) const {
    const Effect &E = U.What;
    if (E.Flags & (ir::Implicit | ir::InPredicate))
      return false;
    // A helper of the same class that calls a member is as good as the call.
    const bool OwnHelper = E.Via && (E.Via->Record == U.In->Record ||
                                     E.Via->Parent == U.In->Symbol);
    if (E.Via && (E.Hops > 1 || E.On.Root != Place::This || !OwnHelper))
      return false;
    if (isPure(E.Text) || isPure(pretty(*U.In, E.On)))
      return false;
    switch (E.Call) {
    case CallKind::Function:
    case CallKind::Pointer:
      return isForeign(U);
    case CallKind::Virtual:
      return isInterface(U);
    case CallKind::Direct:
    case CallKind::Unknown:
      return false;
    }
    return false;
  }

  /// The function object came from outside: a member, a global, an element, or
  /// a parameter of a function that does more than call it.
  bool isForeign(const UnderLock &U) const {
    const Place &On = U.What.On;
    // The hooks of an instrumentation.
    if (llvm::StringRef(pretty(*U.In, On)).starts_with("__"))
      return false;
    switch (On.Root) {
    case Place::This:
    case Place::Global:
    case Place::Capture:
      return true;
    case Place::Local:
      return true;
    case Place::Param:
      return !On.Path.empty() || !isLoan(*U.In, On.Index);
    case Place::Result:
    case Place::Unknown:
      return false;
    }
    return false;
  }

  /// with_lock(f): to call it under the lock is all that the function is for.
  bool isLoan(const Function &Fn, uint32_t Param) const {
    for (const ir::Block &B : Fn.Blocks) {
      if (B.Term >= ir::Terminator::While && B.Term <= ir::Terminator::RangeFor)
        return false;
      for (const Event &E : B.Events)
        if (E.What == Op::Call && !E.has(ir::Implicit) &&
            (E.Subject == ir::NoPlace ||
             Fn.place(E.Subject).Root != Place::Param ||
             Fn.place(E.Subject).Index != Param))
          return false;
    }
    return true;
  }

  /// A method that others are meant to implement, of an object that they have
  /// registered: the class has no state, and the object is reached through a
  /// member or an element of one.
  bool isInterface(const UnderLock &U) const {
    const Event &Call = eventAt(*U.In, U.At);
    const Function *Method =
        U.What.Callee ? P.function(U.What.Callee) : nullptr;
    const ir::Record *R =
        Method && Method->Record ? P.record(Method->Record) : nullptr;
    if (!R || !R->Polymorphic || R->System || R->Internal || R->Final ||
        Method->Final || Method->Destructor || Method->Const || U.What.Via ||
        Call.Subject == ir::NoPlace)
      return false;
    const bool Stateless = llvm::none_of(
        R->Fields, [](const ir::Field &Field) { return !Field.Static; });
    const Place On = normalized(*U.In, U.In->place(Call.Subject));
    const bool Registered =
        (On.Root == Place::This && !On.Path.empty()) ||
        (On.Root == Place::Local && isElementVariable(*U.In, On.Index)) ||
        (On.Root == Place::Global);
    return Stateless && Registered && !Method->Defined && !isOwned(On);
  }

  /// A part of the object, made for it: no listener from outside.
  bool isOwned(const Place &On) const {
    for (const ir::Step &S : On.Path)
      if (const ir::Field *Field =
              S.How == ir::Step::Field ? P.field(S.Symbol) : nullptr)
        if (Field->Type.Is == ir::Role::OwningPointer ||
            Field->Type.ElementIs == ir::Role::OwningPointer)
          return true;
    return false;
  }

  /// A loop variable: it stands for an element of something.
  static bool isElementVariable(const Function &Fn, uint32_t Local) {
    return Local < Fn.Locals.size() &&
           (Fn.Locals[Local].Type.indirect() ||
            Fn.Locals[Local].Type.Is == ir::Role::SharedPointer);
  }

  std::string calledName(const UnderLock &U) const {
    if (U.What.Call == CallKind::Virtual)
      return calleeName(P, U.What);
    // As the source has it, where it is here: the element's own name.
    const ir::Name Spelling = eventAt(*U.In, U.At).Spelling;
    std::string Name = !U.What.Via && Spelling ? Spelling.str().str()
                                               : pretty(*U.In, U.What.On);
    if (Name == "an object" && !U.What.Text.empty())
      Name = U.What.Text.str();
    return "'" + Name + "'";
  }

  Finding tell(const Group &G) const {
    const UnderLock &First = G.front();
    const std::string Name = calledName(First);
    const char *Kind = First.What.Call == CallKind::Virtual
                           ? "an implementation of "
                       : First.What.Call == CallKind::Pointer
                           ? "whatever the function pointer "
                           : "whatever the function object ";
    const char *Rest = First.What.Call == CallKind::Virtual ? "" : " holds";
    Finding Found = startFinding(
        F, G, "runnel-scope-unknown-callee",
        std::string("calls ") + Kind + Name + Rest + " while " +
            lockName(F, First) + " is held: it may lock, block or call back",
        "calls " + Name, "is called under the lock too");
    for (size_t I = 1; I < G.size() && Found.Notes.size() > I; ++I)
      if (Found.Notes[I].Where == rangeAt(*First.In, G[I].At))
        Found.Notes[I].Message =
            calledName(G[I]) + " is called under the lock too";
    advise(Found, G,
           First.What.Call == CallKind::Virtual
               ? "copy the list of objects under " + lockName(F, First) +
                     ", unlock, then call them"
           : First.What.On.Root == Place::Param
               ? "collect what it is to be called with under " +
                     lockName(F, First) + ", unlock, then call it"
               : "copy " + Name + " under " + lockName(F, First) +
                     ", unlock, then call the copy");
    return Found;
  }

  const Facts &F;
  const ir::Program &P;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-scope-unknown-callee", Level::Default,
                                 run, {}, /*WholeProgram=*/true);

} // namespace runnel::scope
