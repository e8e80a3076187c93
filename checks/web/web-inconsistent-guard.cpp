//===- web-inconsistent-guard.cpp - Guarded here, touched bare there ------===//

#include "checks/Check.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/GuardedBy.h"
#include "checks/web/Constant.h"
#include "checks/web/Conventions.h"
#include "checks/web/Disagreements.h"
#include "checks/web/Story.h"

#include "llvm/ADT/STLExtras.h"

#include <map>
#include <set>
#include <utility>

namespace runnel {

using analysis::DataAccess;
using analysis::Facts;
using analysis::Guarding;
using analysis::LockClass;
using ir::Function;
using web::isPlainData;

static constexpr OptionInfo OptionList[] = {
    {"Percent", "66", "of the accesses that must be under the lock"},
    {"MinGuarded", "2", "fewest functions that access the data under the lock"},
};

namespace {
/// Some data and the accesses of it that lack its lock.
struct Item {
  const Guarding *Data = nullptr;
  std::vector<const DataAccess *> Bare;
  unsigned Under = 0;
};

class Inconsistencies {
public:
  Inconsistencies(const Facts &F, const Options &O)
      : F(F), P(F.program()), Percent(O.get("Percent", 66L)),
        MinGuarded(O.get("MinGuarded", 2L)), Callers(F) {}

  std::vector<Finding> run() {
    for (const auto &[Symbol, G] : F.guardedBy().all())
      if (isPlainData(P, Symbol)) {
        const LockClass *Lock = G.guard(Percent);
        if (!Lock || !consider(G, *Lock, MinGuarded))
          if (const LockClass *Only = web::guardOfFew(F, G))
            consider(G, *Only, 1);
      }
    for (auto &[Lock, Items] : ByLock)
      for (const std::vector<Item> &Group : together(Items))
        report(Lock, Group);
    for (const web::Disagreement &D : web::disagreements(F, Callers))
      disagree(D);
    return std::move(Out);
  }

private:
  /// Whether enough is under the lock to ask about the rest.
  bool consider(const Guarding &G, const LockClass &Lock, unsigned Least) {
    // What a reference leads to, callers may hold under another name.
    if (analysis::isAlias(P, Lock))
      return false;
    std::set<const Function *> Guarded;
    unsigned Writes = 0;
    Item Found;
    Found.Data = &G;
    for (const DataAccess &A : G.Accesses)
      if (A.under(Lock)) {
        Guarded.insert(A.In);
        Writes += A.Write;
        ++Found.Under;
      }
    const bool Declared = G.Declared.known();
    // A condition that is waited for under the lock is written under it.
    const bool Waited = Writes == 0 && web::isWaitedFor(F, G, Lock);
    if (!Declared && !Waited && (Writes == 0 || Guarded.size() < Least))
      return false;
    const ir::Field *Field = P.field(G.Symbol);
    for (const DataAccess &A : G.Accesses)
      if (!A.Maybe && !A.under(Lock) && A.Under.empty() &&
          isOpenToAll(*A.In, Field != nullptr) && (!Waited || A.Write) &&
          (!Guarded.count(A.In) || web::followsUnlocking(F, G, A, Lock) ||
           web::isOnOtherWay(G, A, Lock)) &&
          isOfOthers(G, A, Lock) && !web::readsConstant(F, G, A) &&
          !Callers.leavesLocking(*A.In, Lock) &&
          // An assertion, or a line of a log.
          (A.Write || !analysis::rangeAt(*A.In, A.At).InMacro))
        Found.Bare.push_back(&A);
    if (!Found.Bare.empty())
      ByLock[Lock].push_back(std::move(Found));
    return true;
  }

  /// Anybody may call it, from any thread.
  static bool isOpenToAll(const Function &Fn, bool Field) {
    if (Fn.Constructor || Fn.Destructor || Fn.Assignment || Fn.Main ||
        Fn.System)
      return false;
    return Field ? Fn.Visible == ir::Access::Public && !Fn.Static
                 : !Fn.Internal && !Fn.Lambda;
  }

  /// The access misses a lock that it could take, on data that this lock is
  /// for.
  bool isOfOthers(const Guarding &G, const DataAccess &A,
                  const LockClass &Lock) const {
    // Of a bundle of data, one part may need no lock.
    if (const Guarding *Part = A.Part ? F.guardedBy().of(A.Part) : nullptr) {
      const LockClass *Its = Part->guard(Percent);
      if (!Its || !(*Its == Lock))
        return false;
    }
    // A method of plain data, which others have and lock, cannot lock.
    const ir::Record *Owner = P.recordOfField(G.Symbol);
    const ir::Record *Locker =
        Lock.How == LockClass::Field ? P.recordOfField(Lock.Symbol) : nullptr;
    return !Owner || !Locker || Owner == Locker ||
           A.In->Record != Owner->Symbol ||
           P.isA(Owner->Symbol, Locker->Symbol) ||
           P.isA(Locker->Symbol, Owner->Symbol);
  }

  /// Data that the same functions touch bare is one mistake.
  static std::vector<std::vector<Item>> together(std::vector<Item> &Items) {
    std::vector<std::vector<Item>> Groups;
    std::vector<std::set<const Function *>> Touching;
    for (Item &I : Items) {
      std::set<const Function *> Mine;
      for (const DataAccess *A : I.Bare)
        Mine.insert(A->In);
      std::vector<Item> Group;
      for (size_t G = 0; G < Groups.size();) {
        const bool Shared = llvm::any_of(
            Mine, [&](const Function *Fn) { return Touching[G].count(Fn); });
        if (!Shared) {
          ++G;
          continue;
        }
        for (Item &Other : Groups[G])
          Group.push_back(std::move(Other));
        Mine.insert(Touching[G].begin(), Touching[G].end());
        Groups.erase(Groups.begin() + G);
        Touching.erase(Touching.begin() + G);
      }
      Group.push_back(std::move(I));
      Groups.push_back(std::move(Group));
      Touching.push_back(std::move(Mine));
    }
    return Groups;
  }

  std::string dataName(const Item &I) const {
    if (const ir::Field *Field = P.field(I.Data->Symbol))
      return Field->Id.str().str();
    return P.global(I.Data->Symbol)->Id.str().str();
  }

  /// What the function of \p First touches bare: `'a'`, `'a' and 'b'`, `'a',
  /// 'b' and 4 more`.
  std::string namesOf(llvm::ArrayRef<Item> Group, const Function &In) const {
    constexpr size_t MaxNamed = 3;
    std::vector<std::string> Names;
    for (const Item &I : Group)
      if (llvm::any_of(I.Bare,
                       [&](const DataAccess *A) { return A->In == &In; }))
        Names.push_back(dataName(I));
    if (Names.size() <= MaxNamed)
      return web::enumerate(Names);
    return "'" + Names[0] + "', '" + Names[1] + "' and " +
           std::to_string(Names.size() - 2) + " more";
  }

  void report(const LockClass &Lock, llvm::ArrayRef<Item> Group) {
    constexpr size_t MaxNotes = 5;
    const DataAccess *First = nullptr;
    unsigned Under = 0;
    size_t Names = 0;
    auto Where = [](const DataAccess &A) {
      return analysis::rangeAt(*A.In, A.At);
    };
    for (const Item &I : Group)
      for (const DataAccess *A : I.Bare)
        if (!First || Where(*A) < Where(*First))
          First = A;
    bool Writes = false;
    for (const Item &I : Group)
      for (const DataAccess *A : I.Bare)
        if (A->In == First->In) {
          Writes |= A->Write;
          Under += I.Under;
          ++Names;
          break;
        }
    const std::string Mutex = analysis::className(P, Lock),
                      Data = namesOf(Group, *First->In);
    Finding Found;
    Found.Check = "runnel-web-inconsistent-guard";
    Found.Where = Where(*First);
    Found.Message = "'" + web::functionName(P, *First->In) +
                    (Writes ? "' writes " : "' reads ") + Data + " without '" +
                    Mutex + "', which guards " + (Names == 1 ? "it" : "them") +
                    " in " + std::to_string(Under) +
                    (Under == 1 ? " other place" : " other places");
    for (const DataAccess &A : Group.front().Data->Accesses)
      if (A.under(Lock) && A.Write) {
        Found.Notes.push_back({Where(A), "'" + web::functionName(P, *A.In) +
                                             "' writes it with '" + Mutex +
                                             "' locked"});
        break;
      }
    // What the message does not name of this function, then each other once.
    std::vector<Note> Others;
    std::set<const Function *> Told{First->In}; // asked for membership alone
    for (const Item &I : Group) {
      bool Named = Data.find("'" + dataName(I) + "'") != std::string::npos;
      for (const DataAccess *A : I.Bare) {
        if (A->In == First->In) {
          if (!std::exchange(Named, true))
            Others.push_back(
                {Where(*A), "'" + dataName(I) + "' is touched bare here, too"});
        } else if (Told.insert(A->In).second) {
          Others.push_back(
              {Where(*A),
               "'" + web::functionName(P, *A->In) + "' touches " +
                   (Group.size() == 1 ? "it" : namesOf(Group, *A->In)) +
                   " bare, too"});
        }
      }
    }
    const size_t Shown = std::min(Others.size(), MaxNotes);
    if (const size_t More = Others.size() - Shown)
      Others[Shown - 1].Message +=
          ", and so do " + std::to_string(More) + " more";
    Found.Notes.insert(Found.Notes.end(), Others.begin(),
                       Others.begin() + Shown);
    Found.Notes.push_back(
        {First->In->Where,
         "lock '" + Mutex + "' here, or make " + Data + " atomic"});
    Found.Symbol =
        analysis::className(P, {LockClass::Field, Group.front().Data->Symbol});
    // A flag that wakes somebody up: what that costs is said there.
    if (Group.size() == 1)
      Found.Topics.push_back(Group.front().Data->Symbol.str().str() + " in " +
                             First->In->Symbol.str().str());
    Found.CoveredBy = {"runnel-cv-lost-wakeup"};
    Out.push_back(std::move(Found));
  }

  void disagree(const web::Disagreement &D) {
    const std::string Who = web::functionName(P, *D.In),
                      Mutex = analysis::className(P, D.Lock);
    std::vector<std::string> Names;
    for (ir::Name Symbol : D.Data)
      if (Names.size() < 3)
        Names.push_back(P.field(Symbol) ? P.field(Symbol)->Id.str().str()
                                        : P.global(Symbol)->Id.str().str());
    const std::string Data = web::enumerate(Names);
    Finding Found;
    Found.Check = "runnel-web-inconsistent-guard";
    Found.Where = analysis::rangeAt(*D.In, D.At);
    Found.Symbol = Who;
    switch (D.What) {
    case web::Disagreement::OtherLock:
      Found.Message = "'" + Who + (D.Write ? "' writes " : "' reads ") + Data +
                      " under '" + analysis::className(P, D.Other) +
                      "', which others use under '" + Mutex +
                      "': the two keep nobody out of each other";
      Found.Notes.push_back(
          {D.Elsewhere, "written under '" + Mutex + "' here"});
      Found.Notes.push_back({D.In->Where, "lock '" + Mutex + "', too"});
      break;
    case web::Disagreement::UnderShared:
      Found.Message = "'" + Who + "' writes " + Data + " while '" + Mutex +
                      "' is locked only for reading: readers run side by side";
      Found.Notes.push_back({D.Elsewhere, "written with it locked for "
                                          "writing here"});
      Found.Notes.push_back(
          {D.In->Where,
           "lock '" + Mutex + "' for writing, or make " + Data + " atomic"});
      break;
    case web::Disagreement::BareHelper: {
      const std::string Helper = web::functionName(P, *D.Callee);
      Found.Message = "'" + Who + "' calls '" + Helper + "', which uses " +
                      Data + ", without '" + Mutex + "'";
      Found.Notes.push_back(
          {D.Elsewhere, "others call it with '" + Mutex + "' locked, as here"});
      Found.Notes.push_back({D.In->Where, "lock '" + Mutex +
                                              "' around the "
                                              "call"});
      break;
    }
    case web::Disagreement::NotAsRequired: {
      const std::string Helper = web::functionName(P, *D.Callee);
      Found.Message = "'" + Who + "' calls '" + Helper + "' without '" + Mutex +
                      "', which it requires";
      Found.Notes.push_back({D.Callee->Where, "it is declared so here"});
      Found.Notes.push_back({D.In->Where, "lock '" + Mutex +
                                              "' around the "
                                              "call, or require it in turn"});
      break;
    }
    }
    Out.push_back(std::move(Found));
  }

  const Facts &F;
  const ir::Program &P;
  const unsigned Percent, MinGuarded;
  const web::Conventions Callers;
  std::map<LockClass, std::vector<Item>> ByLock;
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
