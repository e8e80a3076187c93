//===- lock-exposed.cpp - Mutexes anybody can lock ------------------------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/lock/Uses.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <map>
#include <set>

namespace runnel::lock {

using namespace ir;

namespace {

constexpr unsigned MaxUses = 3;

class Pass {
public:
  Pass(const Program &P) : P(P), Users(P) {}

  std::vector<Finding> run() {
    for (const Record &R : P.module().Records)
      record(R);
    for (const Global &G : P.module().Globals)
      global(G);
    return std::move(Findings);
  }

private:
  void record(const Record &R);
  void inherited(const Record &R);
  void global(const Global &G);
  static void merge(Finding &Known, Finding Other, const std::string &Class);
  bool isPassive(const Record &R,
                 const std::vector<const Field *> &Exposed) const;
  bool needsAccess(const Record &R, const Field &F) const;
  bool canEdit(const Record &R) const;
  void addUses(Finding &F, const std::vector<Use> &Of,
               llvm::function_ref<bool(const Use &)> Foreign) const;
  Fix makePrivate(const std::vector<const Field *> &Fields) const;

  const Program &P;
  Uses Users;
  std::vector<Finding> Findings;
  /// Names of the exposed locks and of their class -> its finding.
  std::map<std::vector<std::string>, size_t> ById;
};

const char *verb(const TypeRef &T) {
  return T.Is == Role::CondVar ? "signal" : "lock";
}

const char *verbs(const std::vector<const Field *> &Fields) {
  const char *First = verb(Fields[0]->Type);
  return llvm::all_of(Fields,
                      [&](const Field *F) { return verb(F->Type) == First; })
             ? First
             : "lock or signal";
}

std::string list(const std::vector<const Field *> &Fields) {
  std::string Out;
  for (size_t I = 0; I < Fields.size(); ++I) {
    Out += I == 0 ? "" : I + 1 == Fields.size() ? " and " : ", ";
    Out += "'" + Fields[I]->Id.str().str() + "'";
  }
  return Out;
}

/// A bundle of data whose lock is the business of the one class (or of the
/// free functions of the one file) that uses it: no method of its own does.
bool Pass::isPassive(const Record &R,
                     const std::vector<const Field *> &Exposed) const {
  if (!R.Struct)
    return false;
  std::set<Name> Owners;
  bool Used = false;
  for (const Field *F : Exposed)
    for (const Use &U : Users.of(F->Symbol)) {
      if (belongsTo(P, *U.In, R.Symbol))
        return false;
      Used = true;
      Owners.insert(rootFunction(P, *U.In).Record);
    }
  return Used && Owners.size() == 1 && !R.InHeader;
}

bool Pass::needsAccess(const Record &R, const Field &F) const {
  return llvm::any_of(Users.of(F.Symbol), [&](const Use &U) {
    return !belongsTo(P, *U.In, R.Symbol);
  });
}

/// All code that could use the fields is here, and understood.
bool Pass::canEdit(const Record &R) const {
  if (R.Aggregate || P.module().HasErrors || (R.InHeader && !P.whole()))
    return false;
  return llvm::none_of(P.module().Functions,
                       [](const Function &F) { return F.Incomplete; });
}

/// Fields on consecutive lines share their labels.
Fix Pass::makePrivate(const std::vector<const Field *> &Fields) const {
  Fix Result;
  Result.Description = "make " + list(Fields) + " private";
  for (size_t I = 0; I < Fields.size(); ++I) {
    auto Adjacent = [&](size_t A) {
      return A + 1 < Fields.size() &&
             Fields[A]->Visible == Fields[A + 1]->Visible &&
             Fields[A]->Declaration.Begin.Line + 1 ==
                 Fields[A + 1]->Declaration.Begin.Line;
    };
    Range Begin = Fields[I]->Declaration, End = Begin;
    std::string Indent(Begin.Begin.Column ? Begin.Begin.Column - 1 : 0, ' ');
    // Of a declaration over several lines this is not the place, and the fix
    // will be refused.
    End.Begin.Offset = Begin.endOffset();
    End.Begin.Column += Begin.Length;
    Begin.Length = End.Length = 0;
    if (I == 0 || !Adjacent(I - 1))
      Result.Edits.push_back({Begin, "private:\n" + Indent});
    if (!Adjacent(I))
      Result.Edits.push_back(
          {End, "\n" + Indent +
                    (Fields[I]->Visible == Access::Protected ? "protected:"
                                                             : "public:")});
  }
  return Result;
}

void Pass::addUses(Finding &F, const std::vector<Use> &Of,
                   llvm::function_ref<bool(const Use &)> Foreign) const {
  unsigned N = 0, More = 0;
  for (const Use &U : Of)
    if (Foreign(U)) {
      if (N == MaxUses) {
        ++More;
        continue;
      }
      ++N;
      F.Notes.push_back(
          {U.Where,
           "used by '" + rootFunction(P, *U.In).Id.str().str() + "' here"});
    }
  if (More)
    F.Notes.back().Message +=
        ", and in " + std::to_string(More) + " more places";
}

/// class Table : public std::mutex
void Pass::inherited(const Record &R) {
  if (R.Is != Role::Data || R.Traits & LockWrapper)
    return;
  for (const Base &B : R.Bases) {
    const Record *Lock = P.record(B.Record);
    if (!Lock || B.Visible != Access::Public || !Lock->System ||
        (Lock->Is != Role::Lock && Lock->Is != Role::CondVar))
      continue;
    Finding F;
    F.Check = "runnel-lock-exposed";
    F.Where = R.Where;
    F.Symbol = R.Symbol.str().str();
    F.Message = "'" + R.Id.str().str() + "' inherits publicly from '" +
                Lock->Id.str().str() + "': any code can " +
                (Lock->Is == Role::Lock ? "lock" : "signal") + " it";
    F.Notes.push_back({R.Where, "make it a private member"});
    Findings.push_back(std::move(F));
    return;
  }
}

void Pass::record(const Record &R) {
  if (!R.Behaviour || isHidden(P, R))
    return;
  inherited(R);
  std::vector<const Field *> Exposed, Free;
  for (const Field &F : R.Fields)
    if ((F.Type.Is == Role::Lock || F.Type.Is == Role::CondVar) &&
        !F.Type.indirect() &&
        (F.Visible == Access::Public || F.Visible == Access::Protected))
      Exposed.push_back(&F);
  if (Exposed.empty() || isPassive(R, Exposed))
    return;
  for (const Field *F : Exposed)
    if (!needsAccess(R, *F))
      Free.push_back(F);

  Finding F;
  F.Check = "runnel-lock-exposed";
  F.Where = Exposed[0]->Where;
  for (const Field *X : Exposed)
    F.Topics.push_back(X->Symbol.str().str());
  F.Symbol = Exposed[0]->Symbol.str().str();
  bool Public = llvm::any_of(
      Exposed, [](const Field *X) { return X->Visible == Access::Public; });
  const bool One = Exposed.size() == 1;
  F.Message = list(Exposed) + " of '" + R.Id.str().str() + "' " +
              (One ? "is a " : "are ") + (Public ? "public " : "protected ") +
              (One ? noun(Exposed[0]->Type) : "locks") + ": " +
              (Public ? "any code" : "every derived class") + " can " +
              verbs(Exposed) + (One ? " it" : " them");
  for (const Field *X : llvm::drop_begin(Exposed))
    F.Notes.push_back(
        {X->Where, "'" + X->Id.str().str() + "' is declared here"});
  for (const Field *X : Exposed)
    addUses(F, Users.of(X->Symbol),
            [&](const Use &U) { return !belongsTo(P, *U.In, R.Symbol); });
  if (Free.size() == Exposed.size())
    F.Notes.push_back(
        {R.Where, P.whole() || !R.InHeader
                      ? "no code outside of '" + R.Id.str().str() + "' uses " +
                            (Free.size() == 1 ? "it" : "them") +
                            "; make it private"
                      : "make it private, unless other code needs it"});
  else
    F.Notes.push_back({R.Where, "give '" + R.Id.str().str() +
                                    "' the operations these callers need, and "
                                    "make the lock private"});
  bool Editable = llvm::all_of(Free, [](const Field *X) {
    return X->Declaration.editable() && X->Declaration.Length != 0;
  });
  if (!Free.empty() && Editable && canEdit(R))
    F.Fixes.push_back(makePrivate(Free));
  std::vector<std::string> Ids{R.Id.str().str()};
  for (const Field *X : Exposed)
    Ids.push_back(X->Id.str().str());
  auto [Known, New] = ById.try_emplace(Ids, Findings.size());
  if (New)
    Findings.push_back(std::move(F));
  else
    merge(Findings[Known->second], std::move(F), Ids[0]);
}

/// A template and its specialisations are written apart, and share one design.
void Pass::merge(Finding &Known, Finding Other, const std::string &Class) {
  if (Other.Where < Known.Where)
    std::swap(Known, Other);
  Known.Notes.push_back({Other.Where, "another '" + Class + "' does the same"});
  Known.Topics.insert(Known.Topics.end(), Other.Topics.begin(),
                      Other.Topics.end());
  // Mended for all of them, or not at all.
  if (Known.Fixes.empty() || Other.Fixes.empty()) {
    Known.Fixes.clear();
    return;
  }
  std::vector<Edit> &Edits = Known.Fixes.front().Edits;
  Edits.insert(Edits.end(), Other.Fixes.front().Edits.begin(),
               Other.Fixes.front().Edits.end());
}

void Pass::global(const Global &G) {
  if ((G.Type.Is != Role::Lock && G.Type.Is != Role::CondVar) ||
      G.Type.indirect() || G.Internal || G.FunctionLocal || G.System ||
      G.ThreadLocal)
    return;
  for (llvm::StringRef Part : llvm::split(G.Id, "::"))
    if (Part == "detail" || Part == "internal" || Part == "impl")
      return;
  // A static member is its class's affair: it is a field there.
  if (P.field(G.Symbol))
    return;
  Finding F;
  F.Check = "runnel-lock-exposed";
  F.Where = G.Where;
  F.Symbol = G.Symbol.str().str();
  F.Message = "'" + G.Id.str().str() + "' is a " + noun(G.Type) +
              " with external linkage: any file can " + verb(G.Type) + " it";
  Name Home = G.Where.Begin.File;
  bool Elsewhere = false;
  addUses(F, Users.of(G.Symbol), [&](const Use &U) {
    bool Other = U.Where.Begin.File != Home;
    Elsewhere |= Other;
    return Other;
  });
  F.Notes.push_back(
      {G.Where, Elsewhere || G.InHeader
                    ? "put it, with the data it guards, into a class with "
                      "operations, or behind functions of one file"
                    : "declare it static, or put it into a class with the data "
                      "it guards"});
  Findings.push_back(std::move(F));
}

} // namespace

static std::vector<Finding> run(const analysis::Facts &F, const Options &) {
  return Pass(F.program()).run();
}

static const CheckRegistration X("runnel-lock-exposed", Level::Default, run, {},
                                 /*WholeProgram=*/true);

} // namespace runnel::lock
