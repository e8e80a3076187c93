//===- web-inconsistent-guard.cpp - Guarded here, touched bare there ------===//

#include "checks/Check.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/GuardedBy.h"
#include "checks/web/Story.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace runnel {

using analysis::DataAccess;
using analysis::Facts;
using analysis::Guarding;
using analysis::LockClass;
using ir::Function;

static constexpr OptionInfo OptionList[] = {
    {"Percent", "66", "of the accesses that must be under the lock"},
    {"MinGuarded", "2", "fewest functions that access the data under the lock"},
};

namespace {
class Inconsistencies {
public:
  Inconsistencies(const Facts &F, const Options &O)
      : F(F), P(F.program()), Percent(O.get("Percent", 66L)),
        MinGuarded(O.get("MinGuarded", 2L)) {}

  std::vector<Finding> run() {
    for (const auto &[Symbol, G] : F.guardedBy().all())
      if (isPlainData(Symbol))
        if (const LockClass *Lock = G.guard(Percent))
          consider(G, *Lock);
    return std::move(Out);
  }

private:
  /// Data that a lock makes safe and nothing else does.
  bool isPlainData(ir::Name Symbol) const {
    const ir::Field *Field = P.field(Symbol);
    const ir::Global *Global = Field ? nullptr : P.global(Symbol);
    if (!Field && !Global)
      return false;
    if (Field ? Field->ThreadLocal : Global->ThreadLocal)
      return false;
    const ir::TypeRef &T = Field ? Field->Type : Global->Type;
    switch (T.Is) {
    case ir::Role::Data:
    case ir::Role::Container:
    case ir::Role::View:
    case ir::Role::OwningPointer:
    case ir::Role::SharedPointer:
    case ir::Role::Optional:
    case ir::Role::Function:
    case ir::Role::Duration:
      break;
    default:
      return false;
    }
    if (T.Const || T.Reference || T.Volatile)
      return false;
    // An object with a lock of its own looks after itself.
    const ir::Record *R = P.record(T.Record);
    return !R || llvm::none_of(R->Fields, [](const ir::Field &Inner) {
      return Inner.Type.Is == ir::Role::Lock ||
             Inner.Type.Is == ir::Role::Atomic;
    });
  }

  /// A function that starts or ends threads knows when it is alone; one that
  /// says "locked" in its name leaves locking to its caller.
  bool knowsWhatItDoes(const Function &Fn) const {
    const analysis::Summary &S = F.summaries().of(Fn);
    if (S.may(analysis::Effect::Spawn) || S.may(analysis::Effect::Join))
      return true;
    llvm::StringRef Name = Fn.Id.str();
    return Name.contains_insensitive("lock") ||
           Name.contains_insensitive("unsafe") ||
           Name.contains_insensitive("unsync");
  }

  bool someCallerHolds(const Function &Fn, const LockClass &Lock) const {
    return llvm::any_of(
        F.callGraph().callers(Fn), [&](const analysis::CallEdge *E) {
          const analysis::HeldLocks &H = F.held(*E->Caller);
          if (H.trivial())
            return false;
          return llvm::any_of(H.before(E->At).Holds,
                              [&](const analysis::Hold &Held) {
                                return Held.Is != analysis::Presence::No &&
                                       H.classOf(Held.Lock) == Lock;
                              });
        });
  }

  /// Anybody may call it, from any thread.
  static bool isOpenToAll(const Function &Fn, bool Field) {
    if (Fn.Constructor || Fn.Destructor || Fn.Assignment || Fn.Main ||
        Fn.System)
      return false;
    return Field ? Fn.Visible == ir::Access::Public && !Fn.Static
                 : !Fn.Internal && !Fn.Lambda;
  }

  void consider(const Guarding &G, const LockClass &Lock) {
    std::set<const Function *> Guarded;
    unsigned Writes = 0, Under = 0;
    for (const DataAccess &A : G.Accesses)
      if (A.under(Lock)) {
        Guarded.insert(A.In);
        Writes += A.Write;
        ++Under;
      }
    if (Writes == 0 || Guarded.size() < MinGuarded)
      return;
    const bool Field = P.field(G.Symbol) != nullptr;
    std::vector<const DataAccess *> Bare;
    for (const DataAccess &A : G.Accesses)
      if (!A.Maybe && !A.under(Lock) && A.Under.empty() &&
          isOpenToAll(*A.In, Field) && !Guarded.count(A.In) &&
          !knowsWhatItDoes(*A.In) && !someCallerHolds(*A.In, Lock))
        Bare.push_back(&A);
    if (!Bare.empty())
      report(G, Lock, Bare, Under);
  }

  std::string dataName(ir::Name Symbol) const {
    if (const ir::Field *Field = P.field(Symbol))
      return Field->Id.str().str();
    return P.global(Symbol)->Id.str().str();
  }

  void report(const Guarding &G, const LockClass &Lock,
              llvm::ArrayRef<const DataAccess *> Bare, unsigned Under) {
    const std::string Data = dataName(G.Symbol),
                      Mutex = analysis::className(P, Lock);
    const DataAccess &First = *Bare.front();
    Finding Found;
    Found.Check = "runnel-web-inconsistent-guard";
    Found.Where = analysis::rangeAt(*First.In, First.At);
    Found.Message = "'" + web::functionName(P, *First.In) +
                    (First.Write ? "' writes '" : "' reads '") + Data +
                    "' without '" + Mutex + "', which guards it in " +
                    std::to_string(Under) + " other places";
    for (const DataAccess &A : G.Accesses)
      if (A.under(Lock) && A.Write) {
        Found.Notes.push_back({analysis::rangeAt(*A.In, A.At),
                               "'" + web::functionName(P, *A.In) +
                                   "' writes it with '" + Mutex + "' locked"});
        break;
      }
    for (const DataAccess *A : Bare.drop_front())
      Found.Notes.push_back(
          {analysis::rangeAt(*A->In, A->At),
           "'" + web::functionName(P, *A->In) + "' touches it bare, too"});
    Found.Notes.push_back(
        {First.In->Where,
         "lock '" + Mutex + "' here, or make '" + Data + "' atomic"});
    Found.Symbol = analysis::className(P, {LockClass::Field, G.Symbol});
    Out.push_back(std::move(Found));
  }

  const Facts &F;
  const ir::Program &P;
  const unsigned Percent, MinGuarded;
  std::vector<Finding> Out;
};
} // namespace

static std::vector<Finding> run(const Facts &F, const Options &O) {
  return Inconsistencies(F, O).run();
}

static const CheckRegistration X("runnel-web-inconsistent-guard",
                                 Level::Default, run, OptionList,
                                 /*WholeProgram=*/true);

} // namespace runnel
