//===- ReaderTest.cpp - Readers survive any bytes -------------------------===//

#include "RandomModule.h"

#include "checks/ir/BinaryLayout.h"
#include "checks/ir/Serialize.h"
#include "checks/ir/Verify.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/xxhash.h"

#include <gtest/gtest.h>
#include <random>

using namespace runnel::ir;

namespace {

std::string textOf(const Module &M) {
  std::string S;
  llvm::raw_string_ostream OS(S);
  writeText(M, OS);
  return S;
}
std::string bytesOf(const Module &M) {
  std::string S;
  llvm::raw_string_ostream OS(S);
  writeBinary(M, OS);
  return S;
}
/// Makes the checksum right, so that mutations reach what is behind it.
void seal(std::string &Bytes) {
  if (Bytes.size() >= 16)
    llvm::support::endian::write64le(
        Bytes.data() + 8, llvm::xxh3_64bits(llvm::StringRef(Bytes).substr(16)));
}
/// What is accepted is in order; what is refused says why.
template <typename R> bool harmless(R Read, const std::string &Input) {
  llvm::Expected<Module> M = Read(Input, "input");
  if (M) {
    EXPECT_EQ(verify(*M), "");
    return true;
  }
  EXPECT_TRUE(llvm::StringRef(toString(M.takeError())).starts_with("input:"));
  return false;
}

} // namespace

TEST(BinaryReader, RefusesEveryTruncation) {
  std::string Bytes = bytesOf(test::randomModule(7));
  for (size_t N = 0; N < Bytes.size(); ++N) {
    std::string Cut = Bytes.substr(0, N);
    EXPECT_FALSE(harmless(readBinary, Cut));
    seal(Cut);
    EXPECT_FALSE(harmless(readBinary, Cut)) << N;
  }
}

TEST(BinaryReader, RefusesNumbersPaddedBeyond64Bits) {
  std::string Bytes = bytesOf(Module()).substr(0, 16);
  Bytes += std::string(15, '\x80') + '\1';
  seal(Bytes);
  EXPECT_FALSE(harmless(readBinary, Bytes));
}

TEST(BinaryReader, NoticesEveryFlippedByte) {
  std::string Bytes = bytesOf(test::randomModule(8));
  for (size_t I = 0; I < Bytes.size(); ++I) {
    std::string Bad = Bytes;
    Bad[I] ^= 0x41;
    EXPECT_FALSE(harmless(readBinary, Bad)) << I;
  }
}

TEST(BinaryReader, SurvivesMutationsBehindTheChecksum) {
  std::mt19937 Random(1);
  for (unsigned Seed = 0; Seed < 20; ++Seed) {
    std::string Bytes = bytesOf(test::randomModule(Seed));
    for (unsigned I = 0; I < 500; ++I) {
      std::string Bad = Bytes;
      for (unsigned N = 1 + Random() % 3; N; --N)
        Bad[16 + Random() % (Bad.size() - 16)] = static_cast<char>(Random());
      seal(Bad);
      harmless(readBinary, Bad);
    }
  }
}

TEST(BinaryReader, RefusesAnotherVersion) {
  std::string Bytes = bytesOf(Module());
  Bytes[7] = 99;
  llvm::Expected<Module> M = readBinary(Bytes, "old.rir");
  ASSERT_FALSE(!!M);
  EXPECT_EQ(toString(M.takeError()), "old.rir: version 99 of the form, where " +
                                         std::to_string(binary::BinaryVersion) +
                                         " is read");
}

TEST(TextReader, SurvivesTruncationAndMutation) {
  std::mt19937 Random(2);
  for (unsigned Seed = 0; Seed < 10; ++Seed) {
    std::string Text = textOf(test::randomModule(Seed));
    for (unsigned I = 0; I < 300; ++I) {
      harmless(readText, Text.substr(0, Random() % Text.size()));
      std::string Bad = Text;
      size_t At = Random() % Bad.size();
      switch (Random() % 3) {
      case 0:
        Bad[At] = static_cast<char>(Random());
        break;
      case 1:
        Bad.erase(At, Random() % 8);
        break;
      case 2:
        Bad.insert(At, Text.substr(Random() % Text.size(), Random() % 30));
        break;
      }
      harmless(readText, Bad);
    }
  }
}

TEST(TextReader, SaysWhereAndWhat) {
  auto Error = [](llvm::StringRef Text) {
    llvm::Expected<Module> M = readText(Text, "a.rir");
    return M ? std::string() : toString(M.takeError());
  };
  EXPECT_EQ(Error("func f {\n  lokc this.mu\n}\n"),
            "a.rir:2:3: expected an event, found 'lokc'");
  EXPECT_EQ(Error("func f {\n  goto nirvana\n}\n"),
            "a.rir:2:8: no block has this label, found 'nirvana'");
  EXPECT_EQ(Error("function f"), "a.rir:1:1: expected an entity, found "
                                 "'function'");
  EXPECT_EQ(Error("func f {\n  lock param jobs\n}\n"),
            "a.rir:3:1: the function has no parameter of this name, found '}'");
  EXPECT_EQ(Error("global g @7:1:1"),
            "a.rir:1:10: no file has the number 7, found '@7:1:1'");
  EXPECT_EQ(Error("func f {\n  lock local x%7\n}"),
            "a.rir: function f names a local it has not");
}
