//===- ProtocolStory.cpp - Telling a deadlock in the program's words ------===//

#include "checks/analysis/ProtocolStory.h"
#include "checks/analysis/Places.h"

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
    const int32_t By = M.How == Object::Mutex ? holder(M) : -1;
    return M.Forgotten || (By >= 0 && B.Parties[By].Done);
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
  if (Number != 0 && Anonymous) {
    // Of several that one line starts, the first, the second ...
    unsigned Before = 0, All = 0;
    for (size_t I = 1; I != B.Parties.size(); ++I)
      if (B.Parties[I].Started == P.Started && B.Parties[I].Id == P.Id) {
        ++All;
        Before += static_cast<int32_t>(I) < Number;
      }
    static constexpr const char *Count[] = {"first ", "second ", "third ",
                                            "fourth "};
    const std::string Which = All < 2                     ? ""
                              : Before < std::size(Count) ? Count[Before]
                                                          : "another ";
    return (Which == "another " ? "" : "the ") + Which +
           (P.Thread ? "thread started at line "
                     : "goroutine started at line ") +
           llvm::utostr(P.Started.Begin.Line);
  }
  if (Anonymous)
    return "the function at line " + llvm::utostr(P.Started.Begin.Line);
  return ("'" + Id + "'").str();
}

std::string Story::name(const Meeting &M) const {
  if (M.Id) {
    const bool Ambiguous = llvm::any_of(B.Parties, [&](const Party &P) {
      auto Other = [&](const Meeting &Each) {
        return Each.Id == M.Id && !(Each.Made == M.Made);
      };
      return llvm::any_of(P.WaitsFor, Other) || llvm::any_of(P.Holds, Other);
    });
    return Ambiguous && !M.Qualified.empty() ? "'" + M.Qualified + "'"
                                             : ("'" + M.Id.str() + "'").str();
  }
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
    return First.How == Object::WaitGroup
               ? "for the goroutines of " + All + " to end"
               : "for a goroutine to end";
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

std::string Story::locked(const Party &P) const {
  std::vector<std::string> Names;
  for (const Meeting &M : P.Holds)
    if (!llvm::is_contained(Names, name(M)))
      Names.push_back(name(M));
  return llvm::join(Names, " and ");
}

int32_t Story::kept(int32_t Number) const {
  for (size_t I = 0; I != B.Parties.size(); ++I)
    for (const Meeting &Wanted : B.Parties[I].WaitsFor)
      if (Wanted.How == Object::Mutex && static_cast<int32_t>(I) != Number)
        for (const Meeting &Held : B.Parties[Number].Holds)
          if (Held.Made == Wanted.Made && Held.Id == Wanted.Id)
            return static_cast<int32_t>(I);
  return -1;
}

std::string Story::inShort() const {
  std::vector<int32_t> Others = others();
  const Meeting &M = cause().WaitsFor.front();
  std::string Who = counterpart();
  if (M.How == Object::Mutex) {
    const int32_t By = holder(M);
    if (By < 0)
      return "";
    const std::string Reading = M.Owner < 0 ? " for reading" : "";
    if (By == Cause && !M.Forgotten)
      return ", which it holds itself" + Reading;
    const Party &Owner = B.Parties[By];
    if (Owner.Done || M.Forgotten)
      return ", which " + (By == Cause ? "it" : who(By)) + " has locked" +
             Reading + " and never unlocks";
    // Each has what the other wants.
    return ", which " + who(By) + " holds" + Reading +
           (Owner.WaitsFor.empty() ? "" : " while it waits " + waitsTo(By));
  }
  // Whoever would end the wait may be stuck at a lock that the waiter has.
  if (int32_t Stuck = kept(Cause); Stuck >= 0)
    return " while it holds " + locked(cause()) + ", which " + who(Stuck) +
           " waits to lock";
  if (Others.empty()) {
    const bool MayCome = llvm::any_of(B.Parties, [&](const Party &P) {
      return &P != &cause() && !P.WaitsFor.empty();
    });
    return Who.empty() ? ""
           : MayCome   ? ": nobody else gets as far as to use it"
                       : ": nobody else uses it";
  }
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
  if (M.How == Object::CondVar && kept(Cause) >= 0)
    Out.push_back({Mine.E->Where,
                   "the wait gives back its own lock, not " + locked(Mine)});
  // Waiters of one kind are told once.
  std::vector<int32_t> Told;
  auto Waits = [&](int32_t Each) {
    const Party &P = B.Parties[Each];
    unsigned More = 0;
    for (size_t I = 0; I != B.Parties.size(); ++I) {
      const int32_t Other = static_cast<int32_t>(I);
      if (Other == Each || Other == Cause || B.Parties[I].WaitsFor.empty() ||
          B.Parties[I].E != P.E || !(B.Parties[I].Started == P.Started) ||
          !B.Parties[I].Holds.empty())
        continue;
      if (llvm::is_contained(Told, Other) && P.Holds.empty())
        return;
      ++More;
    }
    Told.push_back(Each);
    std::string Text = who(Each);
    if (More != 0 && P.Holds.empty())
      Text += " and " + llvm::utostr(More) + " like it wait ";
    else
      Text += " waits ";
    Text += waitsTo(Each);
    if (!P.Holds.empty())
      Text += ", and holds " + locked(P);
    Out.push_back({P.E->Where, Text});
  };
  for (int32_t Each : Others) {
    const Party &P = B.Parties[Each];
    if (P.Done)
      Out.push_back({P.Left, who(Each) + ", which also uses " + name(M) +
                                 ", has left by here"});
    else if (!P.WaitsFor.empty())
      Waits(Each);
  }
  for (size_t I = 0; I != B.Parties.size(); ++I) {
    int32_t Each = static_cast<int32_t>(I);
    if (Each != Cause && !llvm::is_contained(Others, Each) &&
        !B.Parties[I].WaitsFor.empty())
      Waits(Each);
  }
  return Out;
}

std::string Story::subject(const Move &M) {
  const ir::Event *E = M.E;
  // hold.lock(): what the guard was made for.
  if (E->What == Op::GuardLock)
    for (const ir::Block &Block : M.F->Blocks)
      for (const ir::Event &Each : Block.Events)
        if (Each.What == Op::GuardBegin && Each.Subject == E->Subject &&
            Each.Spelling)
          E = &Each;
  return E->Spelling ? ("'" + E->Spelling.str() + "'").str() : std::string();
}

bool Story::isKept(const Move &M) const {
  return llvm::any_of(B.Parties[M.Process].Holds, [&](const Meeting &Held) {
    return Held.Owner == M.Process ? Held.LockedAt == M.E
                                   : M.E->has(ir::Shared);
  });
}

int32_t Story::holder(const Meeting &M) const {
  if (M.Owner >= 0)
    return M.Owner;
  for (size_t I = 0; I != B.Parties.size(); ++I)
    for (const Meeting &Held : B.Parties[I].Holds)
      if (Held.Made == M.Made && Held.Id == M.Id)
        return static_cast<int32_t>(I);
  return -1;
}

std::vector<std::pair<ir::Range, std::string>> Story::schedule() const {
  // The last moves matter most; long schedules are cut at the front.
  constexpr size_t Most = 6;
  std::vector<std::pair<ir::Range, std::string>> Out;
  for (const Move &M : B.Schedule) {
    const std::string Subject = subject(M);
    std::string What;
    switch (M.E->What) {
    case Op::Send:
      What = "sends on " + Subject;
      break;
    case Op::Recv:
      What = "receives from " + Subject;
      break;
    case Op::Select: {
      const ir::SelectCase *Case = M.Case >= 0 ? &M.E->Cases[M.Case] : nullptr;
      const std::string On =
          Case && Case->Channel != ir::NoPlace
              ? ", '" + pretty(*M.F, M.F->place(Case->Channel)) + "',"
              : std::string();
      What = Case && Case->How == ir::SelectCase::Timeout
                 ? "times out in this select"
                 : "takes case " + llvm::itostr(M.Case + 1) + On +
                       " of this select";
      break;
    }
    case Op::Close:
      What = "closes " + Subject;
      break;
    case Op::Cancel:
      What = "cancels " + Subject;
      break;
    case Op::Lock:
    case Op::GuardBegin:
    case Op::GuardLock:
      // What has been unlocked since explains nothing; nor does an attempt.
      if (!isKept(M))
        continue;
      What = "locks " + Subject + ", and keeps it locked";
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
              : M.E->What == Op::Recv ? " what " + who(M.With) + " sends"
                                      : " to " + who(M.With);
    Out.push_back({M.E->Where, who(M.Process) + " " + What});
  }
  if (Out.size() > Most)
    Out.erase(Out.begin(), Out.end() - Most);
  for (size_t I = 0; I != Out.size(); ++I)
    Out[I].second = llvm::utostr(I + 1) + ". " + Out[I].second;
  return Out;
}

std::string Story::advice() const {
  const Party &P = cause();
  const Meeting &M = P.WaitsFor.front();
  std::string N = name(M);
  const int32_t By = M.How == Object::Mutex ? holder(M) : -1;
  if (M.How == Object::Mutex &&
      (M.Forgotten || (By >= 0 && B.Parties[By].Done)))
    return "unlock " + N + " on every path: a guard does";
  if (M.How == Object::Mutex && M.Owner == Cause)
    return "unlock " + N + " before this, or call what needs no lock";
  if (M.How == Object::Mutex) {
    if (!P.Holds.empty() && By >= 0 && kept(Cause) == By)
      return "lock " + locked(P) + " and " + N +
             " in one order everywhere, or never both at once";
    return By >= 0 ? "unlock " + N + " before " + who(By) +
                         " waits for anybody else"
                   : "a channel in place of the lock makes the order "
                     "visible";
  }
  if (kept(Cause) >= 0)
    return "unlock " + locked(P) +
           " before this wait, or use a channel in "
           "place of the lock";
  switch (P.E->What) {
  case Op::Send:
    if (others().empty())
      return "receive from " + N + " in another goroutine, or give it a buffer";
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
    return "let nobody wait for what itself waits for them";
  }
}

} // namespace runnel::analysis::protocol
