//===- BinaryLayout.h - The binary form, member by member -------*- C++ -*-===//
//
// One description of the layout for three archives: the collector of strings,
// the writer and the reader. What is written is what is read, by construction.
// A change here is a new BinaryVersion. Specified in docs/design/ir.md.
//
// An archive has:
//   bits(B...)      booleans, packed        number(N)    unsigned, LEB128
//   integer(I)      signed, zigzag          name(N)      index into the strings
//   enumerator(E, Last)                     range(R)     difference to the last
//   type(T)         index into the types    each(V, F)   count, then elements
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_BINARYLAYOUT_H
#define RUNNEL_CHECKS_IR_BINARYLAYOUT_H

#include "checks/ir/Module.h"

namespace runnel::ir::binary {

inline constexpr char Magic[] = {'\x7f', 'R', 'N', 'L', 'I', 'R', '\n'};
inline constexpr uint8_t BinaryVersion = 2;
/// A string shares at most this many bytes with the one before it, so that a
/// crafted table cannot stand for more than a small multiple of its size.
inline constexpr size_t MaxShared = 127;
/// Magic, version, checksum of the rest.
inline constexpr size_t HeaderSize = sizeof(Magic) + 1 + 8;

template <typename A> void lay(A &Ar, TypeRef &T) {
  Ar.name(T.Spelling);
  Ar.name(T.Record);
  Ar.enumerator(T.Is, Role::Duration);
  Ar.number(T.Traits);
  Ar.name(T.Element);
  Ar.enumerator(T.ElementIs, Role::Duration);
  Ar.bits(T.Pointer, T.Reference, T.RValue, T.Const, T.Volatile, T.Array,
          T.Scalar);
}

template <typename A> void lay(A &Ar, Field &F) {
  Ar.name(F.Symbol);
  Ar.name(F.Id);
  Ar.type(F.Type);
  Ar.enumerator(F.Visible, Access::None);
  Ar.bits(F.Static, F.Mutable, F.ThreadLocal, F.Initialised);
  Ar.name(F.GuardedBy);
  Ar.range(F.Where);
  Ar.range(F.Declaration);
  Ar.range(F.TypeText);
}

template <typename A> void lay(A &Ar, Record &R) {
  Ar.name(R.Symbol);
  Ar.name(R.Id);
  Ar.name(R.Outer);
  Ar.enumerator(R.Visible, Access::None);
  Ar.enumerator(R.Is, Role::Duration);
  Ar.number(R.Traits);
  Ar.bits(R.Struct, R.Aggregate, R.Behaviour, R.Polymorphic, R.Final, R.Lambda,
          R.Local, R.Internal, R.Template, R.System, R.InHeader);
  Ar.each(R.Bases, [&](Base &B) {
    Ar.name(B.Record);
    Ar.enumerator(B.Visible, Access::None);
    Ar.bits(B.Virtual);
  });
  Ar.each(R.Friends, [&](Name &N) { Ar.name(N); });
  Ar.each(R.Fields, [&](Field &F) { lay(Ar, F); });
  Ar.each(R.Methods, [&](MethodRef &M) {
    Ar.name(M.Symbol);
    Ar.enumerator(M.Visible, Access::None);
  });
  Ar.range(R.Where);
  Ar.range(R.Body);
}

template <typename A> void lay(A &Ar, Global &G) {
  Ar.name(G.Symbol);
  Ar.name(G.Id);
  Ar.type(G.Type);
  Ar.bits(G.Internal, G.ThreadLocal, G.FunctionLocal, G.InHeader, G.System,
          G.Defined);
  Ar.name(G.Function);
  Ar.name(G.GuardedBy);
  Ar.range(G.Where);
  Ar.range(G.Declaration);
}

template <typename A> void lay(A &Ar, Suppression &S) {
  Ar.enumerator(S.How, Suppression::Allow);
  Ar.range(S.Comment);
  Ar.number(S.FirstLine);
  Ar.number(S.LastLine);
  Ar.each(S.Globs, [&](Name &N) { Ar.name(N); });
  Ar.name(S.Reason);
}

/// NoPlace is 0.
template <typename A> void layPlaceId(A &Ar, PlaceId &P) {
  uint32_t N = P + 1;
  Ar.number(N);
  P = N - 1;
}

template <typename A> void lay(A &Ar, Place &P) {
  Ar.enumerator(P.Root, Place::Unknown);
  Ar.number(P.Index);
  Ar.name(P.Symbol);
  Ar.name(P.Id);
  Ar.each(P.Path, [&](Step &S) {
    Ar.enumerator(S.How, Step::Call);
    Ar.name(S.Symbol);
    Ar.name(S.Id);
  });
  Ar.type(P.Type);
}

template <typename A> void lay(A &Ar, Operand &O) {
  Ar.enumerator(O.How, Operand::Text);
  Ar.bits(O.ByReference, O.Moved);
  if (O.How == Operand::PlaceArg || O.How == Operand::Lambda)
    layPlaceId(Ar, O.Place);
  if (O.How == Operand::Lambda || O.How == Operand::FunctionArg ||
      O.How == Operand::Text)
    Ar.name(O.Symbol);
  if (O.How == Operand::Number)
    Ar.integer(O.Value);
}

template <typename A> void lay(A &Ar, SelectCase &C) {
  Ar.enumerator(C.How, SelectCase::Unknown);
  layPlaceId(Ar, C.Channel);
  lay(Ar, C.Value);
  lay(Ar, C.Handler);
  layPlaceId(Ar, C.Named);
  Ar.range(C.Where);
}

template <typename A> void lay(A &Ar, Event &E) {
  Ar.enumerator(E.What, Op::Throw);
  Ar.number(E.Flags);
  bool Subject = E.Subject != NoPlace, Other = E.Other != NoPlace,
       Args = !E.Args.empty(), Cases = !E.Cases.empty(),
       Callee = !E.Callee.empty(), Text = !E.Text.empty(),
       Spelling = !E.Spelling.empty(), Value = E.Value != 0;
  Ar.bits(Subject, Other, Args, Cases, Callee, Text, Spelling, Value);
  if (Subject)
    layPlaceId(Ar, E.Subject);
  if (Other)
    layPlaceId(Ar, E.Other);
  if (Args)
    Ar.each(E.Args, [&](Operand &O) { lay(Ar, O); });
  if (Cases)
    Ar.each(E.Cases, [&](SelectCase &C) { lay(Ar, C); });
  if (Callee)
    Ar.name(E.Callee);
  if (Text)
    Ar.name(E.Text);
  if (Spelling)
    Ar.name(E.Spelling);
  if (Value)
    Ar.integer(E.Value);
  Ar.range(E.Where);
  Ar.range(E.Statement);
}

template <typename A> void lay(A &Ar, Condition &C) {
  Ar.enumerator(C.What, Condition::Constant);
  bool More = C.Against != NoPlace || C.Value != 0 || !C.Reads.empty() ||
              C.How != Condition::EQ || !C.Text.empty();
  Ar.bits(C.Negated, More);
  layPlaceId(Ar, C.Subject);
  if (!More)
    return;
  Ar.enumerator(C.How, Condition::GE);
  layPlaceId(Ar, C.Against);
  Ar.integer(C.Value);
  Ar.name(C.Text);
  Ar.each(C.Reads, [&](PlaceId &P) { layPlaceId(Ar, P); });
}

template <typename A> void lay(A &Ar, TripCount &T) {
  Ar.enumerator(T.What, TripCount::Symbolic);
  if (T.What == TripCount::Known)
    Ar.integer(T.Value);
  if (T.What != TripCount::Symbolic)
    return;
  Ar.name(T.Text);
  Ar.each(T.Reads, [&](PlaceId &P) { layPlaceId(Ar, P); });
}

template <typename A> void lay(A &Ar, Block &B) {
  bool Conditional = B.Cond != Condition(), Loop = B.Trips != TripCount();
  Ar.bits(B.Leaves, B.Catch, B.InTry, Conditional, Loop);
  Ar.each(B.Events, [&](Event &E) { lay(Ar, E); });
  if (Conditional)
    lay(Ar, B.Cond);
  Ar.enumerator(B.Term, Terminator::Try);
  Ar.range(B.TermRange);
  Ar.each(B.Succs, [&](BlockId &S) { Ar.number(S); });
  Ar.each(B.CaseValues, [&](Block::CaseValue &C) {
    Ar.bits(C.Default);
    Ar.integer(C.Value);
  });
  if (Loop)
    lay(Ar, B.Trips);
}

template <typename A> void lay(A &Ar, Variable &V) {
  Ar.name(V.Id);
  Ar.type(V.Type);
  bool Large = V.Bytes != 0;
  Ar.bits(V.NoInit, Large);
  if (Large)
    Ar.number(V.Bytes);
  Ar.range(V.Where);
  Ar.range(V.Declaration);
  Ar.range(V.TypeText);
}

template <typename A> void lay(A &Ar, Capture &C) {
  Ar.name(C.Id);
  Ar.type(C.Type);
  Ar.bits(C.ByReference, C.IsThis, C.Implicit);
  layPlaceId(Ar, C.Source);
  Ar.range(C.Where);
}

template <typename A> void lay(A &Ar, Function &F) {
  Ar.name(F.Symbol);
  Ar.name(F.Id);
  Ar.name(F.Record);
  Ar.name(F.Parent);
  Ar.enumerator(F.Visible, Access::None);
  Ar.bits(F.Constructor, F.Destructor, F.Static, F.Const, F.Virtual, F.Final,
          F.Operator, F.Assignment, F.NoExcept, F.NoReturn, F.Coroutine,
          F.Lambda, F.Mutable, F.Template, F.Internal, F.InHeader, F.System,
          F.Implicit, F.Main, F.Incomplete, F.Blocking, F.Suspends, F.NoEscape,
          F.Offloads, F.Hosts, F.ThreadMemory, F.ThreadIdentity, F.DeepStack,
          F.TakesHandler);
  Ar.type(F.Result);
  Ar.each(F.Params, [&](Variable &V) { lay(Ar, V); });
  Ar.each(F.Locals, [&](Variable &V) { lay(Ar, V); });
  Ar.each(F.Captures, [&](Capture &C) { lay(Ar, C); });
  Ar.each(F.Overrides, [&](Name &N) { Ar.name(N); });
  Ar.each(F.Contracts, [&](LockContract &C) {
    Ar.enumerator(C.What, LockContract::Returns);
    Ar.bits(C.Shared, C.Success);
    layPlaceId(Ar, C.Lock);
  });
  Ar.each(F.Places, [&](Place &P) { lay(Ar, P); });
  Ar.range(F.Where);
  Ar.range(F.Whole);
  Ar.range(F.Body);
  Ar.each(F.Blocks, [&](Block &B) { lay(Ar, B); });
  F.Defined = !F.Blocks.empty();
}

template <typename A> void lay(A &Ar, Module &M) {
  Ar.each(M.MainFiles, [&](Name &N) { Ar.name(N); });
  Ar.bits(M.HasErrors, M.BeforeCxx17, M.BeforeCxx20);
  Ar.each(M.Records, [&](Record &R) { lay(Ar, R); });
  Ar.each(M.Globals, [&](Global &G) { lay(Ar, G); });
  Ar.each(M.Functions, [&](Function &F) { lay(Ar, F); });
  Ar.each(M.Suppressions, [&](Suppression &S) { lay(Ar, S); });
}

} // namespace runnel::ir::binary

#endif
