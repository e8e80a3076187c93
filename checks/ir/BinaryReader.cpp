//===- BinaryReader.cpp - A module from bytes -----------------------------===//
//
// Accepts any bytes. The checksum catches damage; what follows does not rely on
// it:
//  1. Every read is bounds-checked; after the first failure all reads yield 0.
//  2. A count is at most the number of bytes left, and memory for elements is
//     taken as they are read.
//  3. Every index and enumerator is checked here or by verify().
// Guarded by test/ir/ReaderTest.cpp and test/fuzz/ir_binary_fuzzer.cpp.
//
//===----------------------------------------------------------------------===//

#include "checks/ir/BinaryLayout.h"
#include "checks/ir/Serialize.h"
#include "checks/ir/Verify.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/xxhash.h"

#include <limits>

namespace runnel::ir {

namespace {

struct Reader {
  const uint8_t *At;
  const uint8_t *End;
  const char *Error = nullptr;
  std::vector<Name> Names;
  std::vector<TypeRef> Types;
  Location Last;

  void fail(const char *What) {
    if (!Error)
      Error = What;
    At = End;
  }
  // Ten bytes hold 64 bits. LLVM's decoder shifts too far over more, if they
  // are padding.
  const uint8_t *numberEnd() const { return End - At > 10 ? At + 10 : End; }
  uint64_t unsignedNumber() {
    unsigned Length = 0;
    const char *Bad = nullptr;
    uint64_t N = llvm::decodeULEB128(At, &Length, numberEnd(), &Bad);
    if (Bad) {
      fail("a number is cut off or too long");
      return 0;
    }
    At += Length;
    return N;
  }
  uint8_t byte() {
    if (At == End) {
      fail("the file is cut off");
      return 0;
    }
    return *At++;
  }
  uint64_t count() {
    uint64_t N = unsignedNumber();
    if (N > uint64_t(End - At)) {
      fail("a list is longer than the file");
      return 0;
    }
    return N;
  }

  template <typename... B> void bits(B &...Bits) {
    uint64_t Packed = unsignedNumber(), Bit = 0;
    ((Bits = (Packed >> Bit++) & 1), ...);
    if (Packed >> Bit)
      fail("unknown bits are set");
  }
  template <typename N> void number(N &X) {
    uint64_t Value = unsignedNumber();
    if (Value > std::numeric_limits<N>::max())
      fail("a number is too large");
    X = static_cast<N>(Value);
  }
  void integer(int64_t &I) {
    unsigned Length = 0;
    const char *Bad = nullptr;
    int64_t N = llvm::decodeSLEB128(At, &Length, numberEnd(), &Bad);
    if (Bad)
      return fail("a number is cut off or too long");
    At += Length;
    I = N;
  }
  template <typename E> void enumerator(E &X, E Largest) {
    uint8_t Value = byte();
    if (Value > static_cast<uint8_t>(Largest))
      fail("an enumerator is unknown");
    else
      X = static_cast<E>(Value);
  }
  void name(Name &N) {
    uint64_t I = unsignedNumber();
    if (I >= Names.size())
      fail("a string is not in the table");
    else
      N = Names[I];
  }
  uint32_t difference(uint32_t Before) {
    int64_t D = 0;
    integer(D);
    // Added as unsigned: a sum out of range is refused, not computed.
    uint64_t Sum = uint64_t(Before) + uint64_t(D);
    if (Sum > std::numeric_limits<uint32_t>::max()) {
      fail("a location is out of range");
      return 0;
    }
    return static_cast<uint32_t>(Sum);
  }
  void range(Range &R) {
    uint8_t Head = byte();
    if (Head == 0)
      return;
    if (Head > 7 || !(Head & 1))
      return fail("a location is malformed");
    Location &L = R.Begin;
    L.File = Last.File;
    if (Head & 2)
      name(L.File);
    L.Offset = difference(Last.Offset);
    L.Line = difference(Last.Line);
    number(L.Column);
    number(R.Length);
    R.InMacro = Head & 4;
    Last = L;
  }
  void type(TypeRef &T) {
    uint64_t I = unsignedNumber();
    if (I >= Types.size())
      fail("a type is not in the table");
    else
      T = Types[I];
  }
  template <typename T, typename F> void each(std::vector<T> &V, F Lay) {
    uint64_t N = count();
    V.reserve(std::min<uint64_t>(N, 64));
    for (uint64_t I = 0; I < N && !Error; ++I)
      Lay(V.emplace_back());
  }

  void stringTable() {
    uint64_t N = count();
    std::string S;
    for (uint64_t I = 0; I < N && !Error; ++I) {
      uint64_t Common = unsignedNumber(), Rest = count();
      if (Common > std::min(S.size(), binary::MaxShared))
        return fail("a string shares more than there is");
      S.resize(Common);
      if (Error)
        return;
      S.append(reinterpret_cast<const char *>(At), Rest);
      At += Rest;
      Names.push_back(Name(S));
    }
  }
};

} // namespace

llvm::Expected<Module> readBinary(llvm::StringRef Bytes,
                                  llvm::StringRef FileName) {
  auto Fail = [&](const llvm::Twine &What) {
    return llvm::createStringError(FileName + ": " + What);
  };
  if (!isBinary(Bytes))
    return Fail("not a module in binary form");
  if (Bytes.size() < binary::HeaderSize)
    return Fail("the file is cut off");
  if (uint8_t V = Bytes[sizeof(binary::Magic)]; V != binary::BinaryVersion)
    return Fail("version " + llvm::Twine(unsigned(V)) + " of the form, where " +
                llvm::Twine(unsigned(binary::BinaryVersion)) + " is read");
  llvm::StringRef Payload = Bytes.drop_front(binary::HeaderSize);
  if (llvm::support::endian::read64le(Bytes.data() + sizeof(binary::Magic) +
                                      1) != llvm::xxh3_64bits(Payload))
    return Fail("the checksum does not match: the file is damaged");

  Reader R{Payload.bytes_begin(), Payload.bytes_end(), nullptr, {}, {}, {}};
  Module M;
  R.stringTable();
  uint64_t Types = R.count();
  for (uint64_t I = 0; I < Types && !R.Error; ++I) {
    TypeRef T;
    binary::lay(R, T);
    R.Types.push_back(T);
  }
  binary::lay(R, M);
  if (!R.Error && R.At != R.End)
    R.fail("something follows the module");
  if (R.Error)
    return Fail(R.Error);
  if (std::string Bad = verify(M); !Bad.empty())
    return Fail(Bad);
  return std::move(M);
}

} // namespace runnel::ir
