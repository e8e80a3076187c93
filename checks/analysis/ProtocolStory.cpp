//===- ProtocolStory.cpp - Telling a deadlock in the program's words ------===//

#include "checks/analysis/ProtocolStory.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace runnel::analysis::protocol {

using ir::Op;

/// How much a wait looks like the cause and not like a consequence: the lowest
/// is told. Waiting for a goroutine or a count is nearly always the echo of
/// what that goroutine waits for.
static int rank(const Party &P) {
  if (P.WaitsFor.front().How == Object::Mutex)
    return 3; // a wait that was notified and cannot get its lock back, too
  switch (P.E->What) {
  case Op::Send:
    return 0;
  case Op::Recv:
  case Op::Select:
    return 1;
  case Op::Wait:
    return 2;
  case Op::OnceCall:
    return 4;
  default:
    return 5;
  }
}

Story::Story(const Blocked &B) : B(B) {
  int Best = -1;
  for (size_t I = 0; I != B.Parties.size(); ++I) {
    const Party &P = B.Parties[I];
    if (P.WaitsFor.empty())
      continue;
    if (Best < 0 || rank(P) < Best) {
      Best = rank(P);
      Cause = static_cast<int32_t>(I);
    }
  }
}

bool Story::onlyMutexes() const {
  return llvm::all_of(B.Parties, [](const Party &P) {
    return llvm::all_of(P.WaitsFor, [](const Meeting &M) {
      return M.How == Object::Mutex || M.How == Object::Handle;
    });
  });
}

bool Story::unseenByTheWeb() const {
  return llvm::any_of(cause().WaitsFor, [&](const Meeting &M) {
    return M.How == Object::Mutex && (M.OwnerDone || M.Forgotten);
  });
}

std::vector<ir::Range> Story::knot() const {
  std::vector<ir::Range> Out;
  bool Mutex = false;
  for (const Party &P : B.Parties)
    for (const Meeting &M : P.WaitsFor)
      if (M.How == Object::Mutex || M.How == Object::Channel) {
        Mutex |= M.How == Object::Mutex;
        Out.push_back(M.Made);
      }
  llvm::sort(Out);
  Out.erase(std::unique(Out.begin(), Out.end()), Out.end());
  return Mutex ? Out : std::vector<ir::Range>();
}

std::string Story::who(int32_t Number) const {
  const Party &P = B.Parties[Number];
  llvm::StringRef Id = P.Id.str();
  bool Anonymous =
      Id.empty() || Id.contains("lambda") || Id.contains("operator()");
  if (Number != 0 && Anonymous)
    return (P.Thread ? "the thread started at line "
                     : "the goroutine started at line ") +
           llvm::utostr(P.Started.Begin.Line);
  if (Anonymous)
    return "the function at line " + llvm::utostr(P.Started.Begin.Line);
  return ("'" + Id + "'").str();
}

std::string Story::name(const Meeting &M) const {
  if (M.Id)
    return ("'" + M.Id.str() + "'").str();
  switch (M.How) {
  case Object::Channel:
    return "a channel";
  case Object::Mutex:
    return "a mutex";
  case Object::WaitGroup:
    return "a wait group";
  case Object::CondVar:
    return "a condition variable";
  case Object::Context:
    return "a context";
  case Object::Handle:
    return "a goroutine";
  default:
    return "it";
  }
}

std::string Story::waitsTo(int32_t Number) const {
  const Party &P = B.Parties[Number];
  std::vector<std::string> Names;
  for (const Meeting &M : P.WaitsFor)
    if (!llvm::is_contained(Names, name(M)))
      Names.push_back(name(M));
  std::string All = llvm::join(Names, ", ");
  const Meeting &First = P.WaitsFor.front();
  switch (P.E->What) {
  case Op::Send:
    return "to send on " + All;
  case Op::Recv:
    if (First.How == Object::Context)
      return "for " + All + " to be cancelled";
    return "to receive from " + All;
  case Op::Select:
    return "in a select on " + All;
  case Op::Wait:
    return First.How == Object::Mutex ? "to lock " + All + " again"
                                      : "on " + All + " to be notified";
  case Op::Lock:
  case Op::GuardBegin:
  case Op::GuardLock:
    return "to lock " + All;
  case Op::OnceCall:
    return "for the call of " + All + " to end";
  case Op::CountWait:
    return "for " + All + " to count down";
  case Op::Join: {
    if (First.Owner >= 0)
      return "for " + who(First.Owner) + " to end";
    return "for a goroutine to end";
  }
  case Op::ScopeEnd:
    if (First.How == Object::Handle && First.Owner >= 0)
      return "for " + who(First.Owner) + " to end";
    return "for " + All + " to count down";
  default:
    return "for " + All;
  }
}

const char *Story::counterpart() const {
  const Party &Mine = cause();
  if (Mine.WaitsFor.front().How != Object::Channel)
    return "";
  switch (Mine.E->What) {
  case Op::Send:
    return "receiver";
  case Op::Recv:
    return "sender";
  default:
    return "";
  }
}

std::vector<int32_t> Story::others() const {
  std::vector<int32_t> Others;
  for (const Meeting &M : cause().WaitsFor) {
    for (int32_t Each : M.Touched)
      if (Each != Cause && !llvm::is_contained(Others, Each))
        Others.push_back(Each);
    if (M.How == Object::Mutex && M.Owner >= 0 && M.Owner != Cause &&
        !llvm::is_contained(Others, M.Owner))
      Others.push_back(M.Owner);
  }
  return Others;
}

std::string Story::inShort() const {
  std::vector<int32_t> Others = others();
  const Meeting &M = cause().WaitsFor.front();
  std::string Who = counterpart();
  if (M.How == Object::Mutex) {
    if (M.Owner < 0)
      return "";
    if (M.Owner == Cause && !M.Forgotten)
      return ", which it holds itself";
    return M.OwnerDone || M.Forgotten
               ? ", which " + who(M.Owner) + " never unlocks"
               : "";
  }
  if (Others.empty())
    return Who.empty() ? "" : ": it has no other user";
  if (Others.size() != 1 || Who.empty())
    return "";
  const Party &P = B.Parties[Others[0]];
  std::string Other = ": " + who(Others[0]) + ", its only other user, ";
  if (P.Done && P.Left.valid())
    return Other + "has left at line " + llvm::utostr(P.Left.Begin.Line);
  if (!P.WaitsFor.empty())
    return Other + "waits " + waitsTo(Others[0]);
  return "";
}

std::vector<std::pair<ir::Range, std::string>> Story::whyNobody() const {
  std::vector<std::pair<ir::Range, std::string>> Out;
  const Party &Mine = cause();
  std::vector<int32_t> Others = others();
  const Meeting &M = Mine.WaitsFor.front();
  if (M.Made.valid())
    Out.push_back(
        {M.Made,
         name(M) + (M.How == Object::Channel
                        ? M.Capacity > 0 ? " is made here, with room for " +
                                               llvm::itostr(M.Capacity)
                                         : " is made here, unbuffered"
                        : " is declared here")});
  if (M.How == Object::Mutex && M.Owner >= 0 && M.LockedAt &&
      (M.Forgotten || M.OwnerDone))
    Out.push_back(
        {M.LockedAt->Where, who(M.Owner) + " has locked " + name(M) +
                                " here, and left without unlocking it"});
  else if (M.How == Object::Mutex && M.Owner == Cause)
    Out.push_back({M.LockedAt ? M.LockedAt->Where : Mine.E->Where,
                   who(Cause) + " has locked " + name(M) + " itself, here"});
  for (int32_t Each : Others) {
    const Party &P = B.Parties[Each];
    if (P.Done)
      Out.push_back({P.Left, who(Each) + ", which also uses " + name(M) +
                                 ", has left by here"});
    else if (!P.WaitsFor.empty())
      Out.push_back({P.E->Where, who(Each) + " waits " + waitsTo(Each)});
  }
  for (size_t I = 0; I != B.Parties.size(); ++I) {
    int32_t Each = static_cast<int32_t>(I);
    if (Each == Cause || llvm::is_contained(Others, Each) ||
        B.Parties[I].WaitsFor.empty())
      continue;
    Out.push_back(
        {B.Parties[I].E->Where, who(Each) + " waits " + waitsTo(Each)});
  }
  return Out;
}

std::vector<std::pair<ir::Range, std::string>> Story::schedule() const {
  // The last moves matter most; long schedules are cut at the front.
  constexpr size_t Most = 6;
  std::vector<std::pair<ir::Range, std::string>> Out;
  size_t First = B.Schedule.size() > Most ? B.Schedule.size() - Most : 0;
  for (size_t I = First; I != B.Schedule.size(); ++I) {
    const Move &M = B.Schedule[I];
    std::string Subject =
        M.E->Spelling ? ("'" + M.E->Spelling.str() + "'").str() : std::string();
    std::string What;
    switch (M.E->What) {
    case Op::Send:
      What = "sends on " + Subject;
      break;
    case Op::Recv:
      What = "receives from " + Subject;
      break;
    case Op::Select:
      What = M.Case >= 0 && M.E->Cases[M.Case].How == ir::SelectCase::Timeout
                 ? "times out in this select"
                 : "takes case " + llvm::itostr(M.Case + 1) + " of this select";
      break;
    case Op::Close:
      What = "closes " + Subject;
      break;
    case Op::Cancel:
      What = "cancels " + Subject;
      break;
    case Op::Lock:
    case Op::GuardBegin:
    case Op::GuardLock:
      What = "locks " + Subject;
      break;
    case Op::Wait:
      What = "waits on " + Subject;
      break;
    case Op::Notify:
      What = "notifies " + Subject;
      break;
    case Op::CountAdd:
      What = "adds to " + Subject;
      break;
    case Op::CountWait:
      What = "waits for " + Subject;
      break;
    case Op::Join:
      What = "joins " + Subject;
      break;
    default:
      continue;
    }
    if (Subject.empty() && M.E->What != Op::Select)
      continue;
    if (M.With >= 0)
      What += M.E->What == Op::Notify ? ", which wakes " + who(M.With)
                                      : " to " + who(M.With);
    Out.push_back(
        {M.E->Where, llvm::utostr(I + 1) + ". " + who(M.Process) + " " + What});
  }
  return Out;
}

std::string Story::advice() const {
  const Party &P = cause();
  const Meeting &M = P.WaitsFor.front();
  std::string N = name(M);
  bool HoldsLock = llvm::any_of(B.Parties, [](const Party &Other) {
    return !Other.WaitsFor.empty() &&
           llvm::any_of(Other.WaitsFor, [](const Meeting &Met) {
             return Met.How == Object::Mutex;
           });
  });
  if (M.How == Object::Mutex && (M.Forgotten || M.OwnerDone))
    return "unlock " + N + " on every path: a guard does";
  if (HoldsLock && M.How != Object::Mutex)
    return "let go of the lock before the channel operation, or use a channel "
           "in place of the lock";
  switch (P.E->What) {
  case Op::Send:
    if (M.Capacity == 0)
      return "give " + N +
             " a buffer for what may be left over, or select between the send "
             "and a context's done()";
    return "receive until " + N +
           " is closed, or select between the send and a context's done()";
  case Op::Recv:
    if (M.How == Object::Context)
      return "keep its cancel source and call it on every path";
    return "close " + N + " when the last value has been sent, on every path";
  case Op::Select:
    return "add a case for a context's done(), and see that it is cancelled on "
           "every path";
  case Op::Wait:
    return "notify after every change of the condition, and wait with a "
           "predicate";
  case Op::CountWait:
  case Op::ScopeEnd:
    return "call done() on every path: wait_group::go does";
  default:
    return "a channel in place of the lock makes the order visible";
  }
}

} // namespace runnel::analysis::protocol
