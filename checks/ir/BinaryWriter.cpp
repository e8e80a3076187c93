//===- BinaryWriter.cpp - A module as bytes -------------------------------===//
//
// Two passes over the module: the first collects its strings and types, the
// second writes indices. Strings are sorted and front-coded: symbols share long
// beginnings. Guarded by test/ir/RoundTripTest.cpp.
//
//===----------------------------------------------------------------------===//

#include "checks/ir/BinaryLayout.h"
#include "checks/ir/Serialize.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/xxhash.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace runnel::ir {

namespace {

struct TypeTable {
  std::vector<TypeRef> InOrder;
  std::unordered_map<Name, std::vector<uint32_t>> BySpelling;

  uint32_t indexOf(const TypeRef &T) {
    std::vector<uint32_t> &Same = BySpelling[T.Spelling];
    for (uint32_t I : Same)
      if (InOrder[I] == T)
        return I;
    Same.push_back(InOrder.size());
    InOrder.push_back(T);
    return Same.back();
  }
};

/// First pass.
struct Collector {
  std::unordered_set<Name> Names;
  TypeTable Types;

  template <typename... B> void bits(B &...) {}
  template <typename N> void number(N &) {}
  void integer(int64_t &) {}
  template <typename E> void enumerator(E &, E) {}
  void name(Name &N) { Names.insert(N); }
  void range(Range &R) { Names.insert(R.Begin.File); }
  void type(TypeRef &T) {
    size_t Had = Types.InOrder.size();
    if (Types.indexOf(T) == Had)
      binary::lay(*this, T);
  }
  template <typename T, typename F> void each(std::vector<T> &V, F Lay) {
    for (T &X : V)
      Lay(X);
  }
};

/// Second pass.
struct Writer {
  llvm::raw_ostream &OS;
  TypeTable &Types;
  std::unordered_map<Name, uint32_t> Index;
  Location Last;

  template <typename... B> void bits(B &...Bits) {
    uint32_t Packed = 0, At = 0;
    ((Packed |= static_cast<uint32_t>(Bits) << At++), ...);
    llvm::encodeULEB128(Packed, OS);
  }
  template <typename N> void number(N &X) { llvm::encodeULEB128(X, OS); }
  void integer(int64_t &I) { llvm::encodeSLEB128(I, OS); }
  template <typename E> void enumerator(E &X, E) { OS << static_cast<char>(X); }
  void name(Name &N) { llvm::encodeULEB128(Index.find(N)->second, OS); }
  void difference(uint32_t Now, uint32_t Before) {
    llvm::encodeSLEB128(int64_t(Now) - int64_t(Before), OS);
  }
  void range(Range &R) {
    if (R == Range()) {
      OS << '\0';
      return;
    }
    const Location &L = R.Begin;
    bool OtherFile = L.File != Last.File;
    OS << static_cast<char>(1 | OtherFile << 1 | R.InMacro << 2);
    if (OtherFile)
      name(R.Begin.File);
    difference(L.Offset, Last.Offset);
    difference(L.Line, Last.Line);
    llvm::encodeULEB128(L.Column, OS);
    llvm::encodeULEB128(R.Length, OS);
    Last = L;
  }
  void type(TypeRef &T) { llvm::encodeULEB128(Types.indexOf(T), OS); }
  template <typename T, typename F> void each(std::vector<T> &V, F Lay) {
    llvm::encodeULEB128(V.size(), OS);
    for (T &X : V)
      Lay(X);
  }
};

} // namespace

void writeBinary(const Module &Of, llvm::raw_ostream &OS) {
  // The archives take references they could write through; these two do not.
  Module &M = const_cast<Module &>(Of);
  Collector C;
  C.Names.insert(Name());
  binary::lay(C, M);

  llvm::SmallVector<char, 0> Payload;
  llvm::raw_svector_ostream To(Payload);
  Writer W{To, C.Types, {}, {}};
  std::vector<Name> Names(C.Names.begin(), C.Names.end());
  std::sort(Names.begin(), Names.end());
  llvm::encodeULEB128(Names.size(), To);
  llvm::StringRef Before;
  for (Name N : Names) {
    llvm::StringRef S = N;
    size_t Common = 0;
    while (Common < std::min({S.size(), Before.size(), binary::MaxShared}) &&
           S[Common] == Before[Common])
      ++Common;
    llvm::encodeULEB128(Common, To);
    llvm::encodeULEB128(S.size() - Common, To);
    To << S.drop_front(Common);
    Before = S;
    W.Index.emplace(N, W.Index.size());
  }
  llvm::encodeULEB128(C.Types.InOrder.size(), To);
  for (TypeRef &T : C.Types.InOrder)
    binary::lay(W, T);
  binary::lay(W, M);

  char Sum[8];
  llvm::support::endian::write64le(
      Sum, llvm::xxh3_64bits(llvm::StringRef(Payload.data(), Payload.size())));
  OS.write(binary::Magic, sizeof(binary::Magic));
  OS << static_cast<char>(binary::BinaryVersion);
  OS.write(Sum, sizeof(Sum));
  OS.write(Payload.data(), Payload.size());
}

bool isBinary(llvm::StringRef Bytes) {
  return Bytes.starts_with({binary::Magic, sizeof(binary::Magic)});
}

} // namespace runnel::ir
