//===- web-sequential-guards.cpp - Guards one after the other -------------===//

#include "checks/Check.h"
#include "checks/analysis/BeforeThreads.h"
#include "checks/analysis/CallGraph.h"
#include "checks/ir/Serialize.h"
#include "checks/web/PlainGuard.h"
#include "checks/web/Story.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace runnel {

using analysis::Facts;
using analysis::HeldLocks;
using analysis::Hold;
using analysis::Point;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Place;

namespace {
/// A guard that does nothing but lock one mutex while it lives.
struct PlainGuard {
  Point At;
  const Event *Begin = nullptr;
  const ir::Variable *Variable = nullptr;
  Place Lock;
  std::string Written; ///< the lock, as the source could write it
};

class FunctionScan {
public:
  FunctionScan(const Facts &F, const Function &Fn, std::vector<Finding> &Out)
      : F(F), Fn(Fn), H(F.held(Fn)), Out(Out) {}

  void run() {
    if (H.trivial() || F.beforeThreads().function(Fn))
      return;
    for (ir::BlockId B = 0; B < Fn.Blocks.size(); ++B) {
      std::vector<PlainGuard> Run;
      for (uint32_t I = 0; I < Fn.Blocks[B].Events.size(); ++I) {
        const Event &E = Fn.Blocks[B].Events[I];
        if (E.What == Op::GuardBegin) {
          std::optional<PlainGuard> G = plainGuard({B, I}, E);
          if (!G || (!Run.empty() && !belongTogether(Run.back(), *G)))
            finish(Run);
          if (G)
            Run.push_back(std::move(*G));
        } else if (!Run.empty() && !web::isPreparation(Fn.Blocks[B], I)) {
          finish(Run);
        }
      }
      finish(Run);
    }
  }

private:
  std::optional<PlainGuard> plainGuard(Point At, const Event &E) const {
    if (!web::isPlainGuard(Fn, E))
      return std::nullopt;
    PlainGuard G;
    G.At = At;
    G.Begin = &E;
    G.Variable = &Fn.Locals[Fn.place(E.Subject).Index];
    G.Lock = analysis::normalized(Fn, Fn.place(E.Args[0].Place));
    G.Written = ir::pretty(Fn, E.Args[0].Place);
    return G;
  }

  /// Two locks of which the reader cannot see an order: the same of two
  /// objects, or two of one object.
  bool belongTogether(const PlainGuard &A, const PlainGuard &B) const {
    if (areElements(A.Lock, B.Lock))
      return isUnordered(analysis::lockClass(Fn, A.Lock), B.At,
                         analysis::LockEdge::MaybeSame);
    if (!analysis::isDefinite(A.Lock) || !analysis::isDefinite(B.Lock) ||
        A.Lock.sameAs(B.Lock))
      return false;
    const analysis::LockClass From = analysis::lockClass(Fn, A.Lock),
                              To = analysis::lockClass(Fn, B.Lock);
    if (!From.known() || !To.known() ||
        From.How == analysis::LockClass::Local ||
        To.How == analysis::LockClass::Local)
      return false;
    // Local references may have been bound in an order that was chosen.
    auto Named = [](const Place &P) {
      return P.Root == Place::This || P.Root == Place::Param;
    };
    if (From == To)
      return Named(A.Lock) && Named(B.Lock) && isUnordered(From, B.At);
    if (From.How == analysis::LockClass::Global)
      return To.How == analysis::LockClass::Global;
    return A.Lock.Root == B.Lock.Root && A.Lock.Index == B.Lock.Index &&
           A.Lock.Path.size() == B.Lock.Path.size() && !A.Lock.Path.empty() &&
           std::equal(A.Lock.Path.begin(), A.Lock.Path.end() - 1,
                      B.Lock.Path.begin());
  }

  /// \p Index with its only parameter taken out, and that parameter:
  /// `a % 16` is `# % 16` of a.
  std::pair<std::string, ir::Name> byParameter(llvm::StringRef Index) const {
    std::string Rest;
    ir::Name Found;
    while (!Index.empty()) {
      const size_t Length =
          Index.size() - Index
                             .ltrim("abcdefghijklmnopqrstuvwxyz"
                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")
                             .size();
      const llvm::StringRef Word = Index.take_front(Length ? Length : 1);
      Index = Index.drop_front(Word.size());
      const auto V = llvm::find_if(Fn.Params, [&](const ir::Variable &Each) {
        return Each.Id.str() == Word;
      });
      if (V == Fn.Params.end()) {
        Rest += Word;
        continue;
      }
      if (Found && !(Found == V->Id))
        return {};
      Found = V->Id;
      Rest += '#';
    }
    return {Rest, Found};
  }

  /// locks[from] and locks[to], which the caller chose.
  bool areElements(const Place &A, const Place &B) const {
    if (A.Root != B.Root || A.Index != B.Index || !(A.Symbol == B.Symbol) ||
        A.Path.empty() || A.Path.size() != B.Path.size() ||
        !std::equal(A.Path.begin(), A.Path.end() - 1, B.Path.begin()))
      return false;
    const ir::Step &X = A.Path.back(), &Y = B.Path.back();
    if (X.How != ir::Step::Index || Y.How != ir::Step::Index)
      return false;
    const auto [RestX, OfX] = byParameter(X.Id.str());
    const auto [RestY, OfY] = byParameter(Y.Id.str());
    return OfX && OfY && !(OfX == OfY) && RestX == RestY;
  }

  /// The lock graph leaves out objects that are compared before.
  bool isUnordered(const analysis::LockClass &C, Point Second,
                   analysis::LockEdge::Instance How =
                       analysis::LockEdge::OtherObject) const {
    const analysis::LockGraph &G = F.lockGraph();
    const std::optional<uint32_t> Node = G.nodeOf(C);
    if (!Node)
      return false;
    for (uint32_t Id : G.out(*Node)) {
      const analysis::LockEdge &E = G.edges()[Id];
      if (E.To != *Node || E.How != How)
        continue;
      return E.Witnesses.size() == analysis::LockGraph::MaxWitnesses ||
             llvm::any_of(E.Witnesses, [&](const analysis::LockWitness &W) {
               return W.In == &Fn && W.Acquired == Second;
             });
    }
    return false;
  }

  /// `std::lock_guard lock(mu)` or `std::scoped_lock`: the code is C++17.
  bool deducesArguments(const PlainGuard &G) const {
    if (F.program().module().BeforeCxx17)
      return false;
    const uint32_t Length = G.Variable->TypeText.Length;
    return Length != 0 && Length <= llvm::StringRef("std::unique_lock").size();
  }

  static bool canBeRewritten(const PlainGuard &G) {
    return G.Begin->Statement.editable() && G.Variable->Where.editable() &&
           G.Begin->Statement.Length != 0;
  }

  Fix allAtOnce(llvm::ArrayRef<PlainGuard> Run) const {
    std::vector<std::string> Locks;
    for (const PlainGuard &G : Run)
      Locks.push_back(G.Written);
    Fix All;
    if (llvm::any_of(
            Run, [&](const PlainGuard &G) { return deducesArguments(G); })) {
      All.Description = "lock both with one std::scoped_lock";
      All.Edits.push_back({Run.front().Begin->Statement,
                           "std::scoped_lock " +
                               Run.front().Variable->Id.str().str() + "(" +
                               llvm::join(Locks, ", ") + ");"});
      for (const PlainGuard &G : Run.drop_front())
        All.Edits.push_back({G.Begin->Statement, ""});
      return All;
    }
    // The guards' arguments are all that stands between the name and the end.
    All.Description = "lock both with std::lock, and let the guards adopt them";
    for (const PlainGuard &G : Run) {
      ir::Range Rest = G.Variable->Where;
      Rest.Begin.Offset += Rest.Length;
      Rest.Begin.Column += Rest.Length;
      Rest.Length = G.Begin->Statement.endOffset() - Rest.Begin.Offset;
      All.Edits.push_back({Rest, "(" + G.Written + ", std::adopt_lock);"});
    }
    ir::Range Before = Run.front().Begin->Statement;
    Before.Length = 0;
    All.Edits.insert(All.Edits.begin(),
                     {Before, "std::lock(" + llvm::join(Locks, ", ") + "); "});
    return All;
  }

  void finish(std::vector<PlainGuard> &Run) {
    if (Run.size() >= 2) {
      std::vector<std::string> Locks;
      for (const PlainGuard &G : Run)
        Locks.push_back(G.Written);
      Finding Found;
      Found.Check = "runnel-web-sequential-guards";
      Found.Where = Run.back().Begin->Where;
      Found.Message = web::enumerate(Locks) +
                      " are locked one after the other: code that takes them "
                      "in another order can deadlock with this";
      Found.Notes.push_back({Run.front().Begin->Where,
                             "'" + Locks.front() + "' is locked first"});
      Found.Notes.push_back({Run.front().Begin->Where,
                             "one 'std::scoped_lock' takes them all, in an "
                             "order that cannot deadlock"});
      if (llvm::all_of(Run, canBeRewritten))
        Found.Fixes.push_back(allAtOnce(Run));
      Found.Symbol = web::functionName(F.program(), Fn);
      Out.push_back(std::move(Found));
    }
    Run.clear();
  }

  const Facts &F;
  const Function &Fn;
  const HeldLocks &H;
  std::vector<Finding> &Out;
};
} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const Function *Fn : F.callGraph().functions())
    FunctionScan(F, *Fn, Out).run();
  return Out;
}

static const CheckRegistration X("runnel-web-sequential-guards", Level::Default,
                                 run);

} // namespace runnel
