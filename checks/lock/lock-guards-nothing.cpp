//===- lock-guards-nothing.cpp - Mutexes without data ---------------------===//
//
// Says which locks guard nothing that the program shows, and, where asked to,
// writes down what the others guard.
//
//===----------------------------------------------------------------------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/GuardedBy.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/lock/Uses.h"

#include <map>

namespace runnel::lock {

using namespace ir;
using namespace analysis;

namespace {

/// What is seen under the locks of one class.
struct Guarded {
  unsigned Sections = 0;
  bool Something = false; ///< or something that cannot be told
  Range First;            ///< where it is locked first
};

class Pass {
public:
  Pass(const Facts &Of, bool Annotate)
      : Of(Of), P(Of.program()), Annotate(Annotate) {}

  std::vector<Finding> run();

private:
  void look(const Function &F);
  bool touches(const Function &F, const Event &E) const;
  void nothing(const Record &R, const Field &Lock);
  void annotate(const Record &R, const Field &Lock);
  bool mayUse(const Record &R) const;

  const Facts &Of;
  const Program &P;
  const bool Annotate;
  std::map<Name, Guarded> Seen; ///< by symbol of the lock
  std::vector<Finding> Findings;
};

/// The event may be what the lock is for: it uses memory others can reach, or
/// runs code the program does not show, such as a library's or a device's.
bool Pass::touches(const Function &F, const Event &E) const {
  auto Shared = [&](PlaceId Id) {
    if (Id == NoPlace)
      return false;
    const Place &At = F.place(Id);
    return At.Type.Is != Role::Lock && At.Type.Is != Role::Guard &&
           (At.Root != Place::Local || At.Type.indirect() || !At.Path.empty());
  };
  switch (E.What) {
  case Op::Call:
  case Op::Block:
  case Op::Wait:
  case Op::Notify:
  case Op::Spawn:
  case Op::Send:
  case Op::Recv:
  case Op::Select:
  case Op::Suspend:
  case Op::OnceCall:
  case Op::New:
  case Op::Delete:
    return true;
  case Op::Access:
  case Op::Assign:
  case Op::Escape:
  case Op::Join:
  case Op::CountAdd:
  case Op::CountDone:
  case Op::CountWait:
  case Op::PromiseSet:
  case Op::Close:
  case Op::Cancel:
  case Op::Return:
    return Shared(E.Subject);
  default:
    return false;
  }
}

void Pass::look(const Function &F) {
  Of.held(F).walk([&](Point At, const Event &E, const LockState &Before) {
    const HeldLocks &Held = Of.held(F);
    for (const Hold &H : Before.Holds) {
      const LockClass &C = Held.classOf(H.Lock);
      if (H.Is == Presence::No || C.How != LockClass::Field)
        continue;
      Guarded &G = Seen[C.Symbol];
      if (H.At.valid() && H.At < At && !G.First.valid())
        G.First = rangeAt(F, H.At);
      ++G.Sections;
      G.Something |= F.Incomplete || !H.here() || touches(F, E);
    }
  });
}

/// Code that is not here could use the class's locks.
bool Pass::mayUse(const Record &R) const {
  return P.module().HasErrors || (R.InHeader && !P.whole());
}

void Pass::nothing(const Record &R, const Field &Lock) {
  auto It = Seen.find(Lock.Symbol);
  Finding Found;
  Found.Check = "runnel-lock-guards-nothing";
  Found.Where = Lock.Where;
  Found.Symbol = Lock.Symbol.str().str();
  const std::string Name =
      "'" + Lock.Id.str().str() + "' of '" + R.Id.str().str() + "' ";
  if (It == Seen.end()) {
    Found.Message = Name + "is never locked";
    Found.Notes.push_back({Lock.Where, "remove it, or lock it where what it is "
                                       "meant to guard is used"});
  } else {
    Found.Message = Name + "guards nothing: nothing shared is used while it is "
                           "locked";
    if (It->second.First.valid())
      Found.Notes.push_back({It->second.First, "it is locked here"});
    Found.Notes.push_back({Lock.Where, "remove it, or hold it while what it is "
                                       "meant to guard is used"});
  }
  Findings.push_back(std::move(Found));
}

/// Says on the fields what the program does anyway.
void Pass::annotate(const Record &R, const Field &Lock) {
  LockClass C;
  C.How = LockClass::Field;
  C.Symbol = Lock.Symbol;
  Finding Found;
  Fix All;
  for (Name Symbol : Of.guardedBy().dataOf(C)) {
    const Field *Data = P.field(Symbol);
    const Guarding *G = Of.guardedBy().of(Symbol);
    if (!Data || !G || P.recordOfField(Symbol) != &R || Data->GuardedBy ||
        Data->Static || !G->guard(100))
      continue;
    Found.Notes.push_back(
        {Data->Where, "'" + Data->Id.str().str() +
                          "' is used under it alone, " +
                          std::to_string(G->Reads + G->Writes) + " times"});
    if (!Data->Where.editable() || !Data->Where.Length)
      continue;
    Range After = Data->Where;
    After.Begin.Offset = Data->Where.endOffset();
    After.Begin.Column += Data->Where.Length;
    After.Length = 0;
    All.Edits.push_back(
        {After, " RUNNEL_GUARDED_BY(" + Lock.Id.str().str() + ")"});
  }
  if (Found.Notes.empty())
    return;
  Found.Check = "runnel-lock-guards-nothing";
  Found.Where = Lock.Where;
  Found.Symbol = Lock.Symbol.str().str();
  Found.Message = "no declaration says what '" + Lock.Id.str().str() +
                  "' of '" + R.Id.str().str() + "' guards";
  Found.Notes.push_back({R.Where, "say it with RUNNEL_GUARDED_BY, from "
                                  "<runnel/annotations.h>"});
  All.Description = "annotate what '" + Lock.Id.str().str() + "' guards";
  if (!All.Edits.empty())
    Found.Fixes.push_back(std::move(All));
  Findings.push_back(std::move(Found));
}

std::vector<Finding> Pass::run() {
  for (const Function &F : P.module().Functions)
    if (F.Defined)
      look(F);
  Uses Users(P);
  for (const Record &R : P.module().Records) {
    if (R.System || R.Lambda || R.Is != Role::Data || R.Traits & LockWrapper ||
        R.Template)
      continue;
    for (const Field &Lock : R.Fields) {
      if (Lock.Type.Is != Role::Lock || Lock.Type.indirect() || Lock.Type.Array)
        continue;
      if (Annotate)
        annotate(R, Lock);
      auto It = Seen.find(Lock.Symbol);
      // A lock that is handed out guards what we do not see.
      bool Mentioned = !Users.of(Lock.Symbol).empty();
      bool Useless = It == Seen.end() ? !Mentioned : !It->second.Something;
      if (Useless && !mayUse(R) && Lock.Visible == Access::Private)
        nothing(R, Lock);
    }
  }
  return std::move(Findings);
}

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &O) {
  return Pass(F, O.get("SuggestAnnotations", false)).run();
}

static const OptionInfo Known[] = {
    {"SuggestAnnotations", "false",
     "also report locks whose guarded fields can be told from their uses but "
     "are not annotated, and annotate them"}};

static const CheckRegistration X("runnel-lock-guards-nothing", Level::Advice,
                                 run, Known, /*WholeProgram=*/true);

} // namespace runnel::lock
