//===- ProtocolChannels.cpp - Send, receive and select --------------------===//
//
// A plain operation is a select of one case. Invariant: what a move does to the
// channel and to both goroutines happens in one step, as the runtime's does.
//
//===----------------------------------------------------------------------===//

#include "checks/analysis/ProtocolMachine.h"

namespace runnel::analysis::protocol {

using ir::Op;

namespace {
struct Offer {
  bool Sends = false;
  ir::PlaceId Channel = ir::NoPlace;
  const ir::Operand *Sent = nullptr;
  int32_t Case = -1;
};
} // namespace

/// The channel operations that an event offers, one a case.
static std::vector<Offer> offers(const ir::Event &E) {
  std::vector<Offer> Out;
  if (E.What == Op::Select) {
    for (size_t I = 0; I != E.Cases.size(); ++I) {
      const ir::SelectCase &C = E.Cases[I];
      if (C.How == ir::SelectCase::Recv || C.How == ir::SelectCase::Send)
        Out.push_back({C.How == ir::SelectCase::Send, C.Channel, &C.Value,
                       static_cast<int32_t>(I)});
    }
    return Out;
  }
  if (E.What == Op::Send || E.What == Op::Recv)
    Out.push_back({E.What == Op::Send, E.Subject,
                   E.Args.empty() ? nullptr : &E.Args.front(), -1});
  return Out;
}

/// Where the value of a select stays until the handler is entered; no event has
/// this number.
static constexpr uint32_t Arrived = ~0u - 1;

/// Records what a receive, or the winning of a select, tells the program.
void Machine::received(State &S, int32_t Number, const ir::Event &E,
                       int32_t Case, bool Ok, Value V) {
  if (E.What == Op::Select) {
    const ir::SelectCase &C = E.Cases[Case];
    // The others have brought nothing.
    for (const ir::SelectCase &Lost : E.Cases)
      if (Lost.Named != ir::NoPlace && Lost.How == ir::SelectCase::Recv)
        S.Processes[Number].top().Received[Lost.Named] = false;
    S.Processes[Number].top().Received[C.Channel] = Ok;
    if (C.Named != ir::NoPlace)
      S.Processes[Number].top().Received[C.Named] = Ok;
    // What came is the named case's value, or the handler's argument.
    if (V.isObject() && C.Named != ir::NoPlace)
      assign(S, Number, C.Named, V);
    if (V.isObject())
      S.Processes[Number].top().Results[Arrived] = V;
    return;
  }
  S.Processes[Number].top().Received[E.Subject] = Ok;
  if (E.Other != ir::NoPlace) {
    assign(S, Number, E.Other, V);
    S.Processes[Number].top().Received[E.Other] = Ok;
  }
  Frame &F = S.Processes[Number].top();
  F.Results[flow(*F.F).FirstEvent[F.Block] + F.Index] = V;
}

/// Marks the case as won and, if it has a handler, enters it.
void Machine::win(State S,
                  std::initializer_list<std::pair<int32_t, int32_t>> Who,
                  Move How, std::vector<Successor> &Out) {
  std::vector<State> Next;
  for (auto [Number, Case] : Who) {
    Process &Pr = S.Processes[Number];
    const ir::Event &E = Pr.event();
    Pr.Waiting = false;
    Pr.WaitsOn.clear();
    Pr.top().Last = &E;
    if (E.What != Op::Select) {
      ++Pr.top().Index;
      continue;
    }
    Pr.top().Won = Case;
    const ir::SelectCase &C = E.Cases[Case];
    Value Handler = operand(S, Number, C.Handler);
    const ir::Function *Code = closureCode(S, Handler);
    if (!Code || !Code->Defined || Code->Blocks.empty()) {
      ++S.Processes[Number].top().Index;
      continue;
    }
    ir::Event NoArgs;
    NoArgs.What = Op::OnceCall;
    bool Ok = true;
    auto It = Pr.top().Received.find(C.Channel);
    if (It != Pr.top().Received.end())
      Ok = It->second;
    Value Came;
    if (auto Kept = Pr.top().Results.find(Arrived);
        Kept != Pr.top().Results.end()) {
      Came = Kept->second;
      Pr.top().Results.erase(Kept);
    }
    if (!enter(S, Number, *Code, NoArgs, 0, Handler)) {
      Dropped = true;
      return;
    }
    // The handler's parameter says whether there was a value.
    Frame &F = S.Processes[Number].top();
    for (size_t P = 0; P != F.F->Places.size(); ++P)
      if (F.F->Places[P].Root == ir::Place::Param &&
          F.F->Places[P].Path.empty())
        F.Received[P] = Ok;
    if (!F.Params.empty())
      F.Params[0] = Came.isObject() ? Came : Value{Value::Number, Ok, nullptr};
  }
  runLocal(std::move(S), Next);
  for (State &Each : Next)
    Out.push_back({How, std::move(Each)});
}

/// Notes that the event of process \p Number throws, if nobody catches it and
/// neither side only may have come this far.
void Machine::panic(const State &S, int32_t Number, const Object &Channel) {
  const Process &Pr = S.Processes[Number];
  if (Channel.ClosedBy < 0 || !Channel.ClosedAt || Pr.Guessed || Pr.Tainted ||
      S.Processes[Channel.ClosedBy].Guessed ||
      S.Processes[Channel.ClosedBy].Tainted)
    return;
  for (const Frame &F : Pr.Stack)
    if (F.Index < F.F->Blocks[F.Block].Events.size() &&
        tryAround(*F.F, F.Block, F.F->Blocks[F.Block].Events[F.Index]))
      return;
  Panics.push_back({Number, Channel.ClosedBy, Pr.top().F, &Pr.event(),
                    Channel.ClosedAt, Channel.Id});
}

void Machine::channelMoves(const State &Before, int32_t Number,
                           std::vector<Successor> &Out) {
  const ir::Event &E = Before.Processes[Number].event();
  bool Try = E.has(ir::Try);
  bool Nobody = true; // no case can proceed right now
  for (const Offer &Mine : offers(E)) {
    State S = Before;
    Move How{Number, -1, S.Processes[Number].top().F, &E, Mine.Case};
    Value V = resolve(S, Number, Mine.Channel);
    if (V.How == Value::Nil)
      continue;
    touch(S, V, Number);
    Object *Ch = object(S, V);
    auto Win = [&](State Next) {
      win(std::move(Next), {{Number, Mine.Case}}, How, Out);
    };

    if (Ch && Ch->How == Object::Context) {
      if (!Mine.Sends && mayBeCancelled(S, *Ch)) {
        Nobody &= !cancelled(S, *Ch);
        // Once passed, a deadline stays passed.
        if (Ch->Deadline)
          Ch->Closed = true;
        received(S, Number, E, Mine.Case, false, {});
        Win(std::move(S));
      }
      continue;
    }
    if (!Ch || Ch->How != Object::Channel || Ch->External) {
      // Others use it too: it may be ready, with a value or closed.
      for (bool Ok : {true, false}) {
        State Next = S;
        if (!Mine.Sends)
          received(Next, Number, E, Mine.Case, Ok, {});
        else if (Mine.Sent)
          escape(Next, operand(Next, Number, *Mine.Sent));
        Win(std::move(Next));
        if (Mine.Sends)
          break;
      }
      continue;
    }
    if (Ch->Timer) {
      if (!Mine.Sends && Ch->Count == 0) {
        Ch->Count = Ch->Repeats ? 0 : 1;
        received(S, Number, E, Mine.Case, true, {});
        Win(std::move(S));
      }
      continue;
    }
    if (Mine.Sends) {
      if (Ch->Closed) {
        Dropped = true;
        if (E.What == Op::Send && !Try)
          panic(S, Number, *Ch);
        Nobody = false;
        continue;
      }
      if (Ch->Count < Ch->Capacity || Ch->Unbounded) {
        Nobody = false;
        State Next = S;
        Value Sent = Mine.Sent ? operand(Next, Number, *Mine.Sent) : Value{};
        Object &Into = Next.Objects[V.Id];
        // How many are inside an unbounded one does not matter beyond a few.
        if (!Into.Unbounded || Into.Count < 3) {
          ++Into.Count;
          Into.Queue.push_back(Sent);
        }
        Win(std::move(Next));
        continue;
      }
    } else {
      if (Ch->Count > 0) {
        Nobody = false;
        State Next = S;
        Object &From = Next.Objects[V.Id];
        Value Got = From.Queue.empty() ? Value{} : From.Queue.front();
        if (!From.Queue.empty())
          From.Queue.erase(From.Queue.begin());
        --From.Count;
        received(Next, Number, E, Mine.Case, true, Got);
        Win(std::move(Next));
        continue;
      }
      if (Ch->Closed) {
        Nobody = false;
        received(S, Number, E, Mine.Case, false, {});
        Win(std::move(S));
        continue;
      }
    }
    // Hand over to somebody who stands at the other side.
    if (Ch->Capacity > 0)
      continue;
    for (size_t I = 0; I != S.Processes.size(); ++I) {
      int32_t Peer = static_cast<int32_t>(I);
      const Process &Pr = S.Processes[I];
      if (Peer == Number || Pr.How != Process::Running)
        continue;
      const ir::Event &Theirs = Pr.event();
      for (const Offer &Yours : offers(Theirs)) {
        if (Yours.Sends == Mine.Sends)
          continue;
        State Next = S;
        Value Other = resolve(Next, Peer, Yours.Channel);
        if (!(Other == V))
          continue;
        // Each pair moves once, from the sender's side. Whoever only tries may
        // also come too early to find the other there: Nobody stays.
        if (!Mine.Sends)
          continue;
        touch(Next, V, Peer);
        Value Sent = Mine.Sent ? operand(Next, Number, *Mine.Sent) : Value{};
        received(Next, Peer, Theirs, Yours.Case, true, Sent);
        Move Both = How;
        Both.With = Peer;
        win(std::move(Next), {{Number, Mine.Case}, {Peer, Yours.Case}}, Both,
            Out);
      }
    }
  }
  // What happens if nothing is ready.
  State S = Before;
  Move How{Number, -1, S.Processes[Number].top().F, &E, -1};
  for (size_t I = 0; I != E.Cases.size(); ++I) {
    const ir::SelectCase &C = E.Cases[I];
    if (C.How == ir::SelectCase::Timeout ||
        (C.How == ir::SelectCase::Otherwise && Nobody) ||
        C.How == ir::SelectCase::Unknown) {
      How.Case = static_cast<int32_t>(I);
      win(S, {{Number, How.Case}}, How, Out);
    }
  }
  if (E.What != Op::Select && (E.has(ir::WithTimeout) || (Try && Nobody))) {
    if (E.What == Op::Recv)
      received(S, Number, E, -1, false, {});
    win(S, {{Number, -1}}, How, Out);
  }
}

} // namespace runnel::analysis::protocol
