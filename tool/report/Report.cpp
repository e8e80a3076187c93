//===- Report.cpp - Formats' registry, fingerprints, source text ----------===//

#include "tool/report/Report.h"

#include "tool/cache/Hash.h"
#include "tool/driver/Paths.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace runnel::tool {

size_t Report::shown() const {
  return llvm::count_if(
      Findings, [](const ReportedFinding &F) { return F.By == Silenced::No; });
}

void addFingerprints(Report &R) {
  // Equal findings in one file (a macro used twice) are told apart by their
  // order, which a line move does not change.
  std::map<std::string, unsigned> Seen;
  for (ReportedFinding &F : R.Findings) {
    std::string Base = Hasher()
                           .text(F.What.Check)
                           .text(F.What.Symbol)
                           .text(F.What.Message)
                           .text(F.What.Where.Begin.File)
                           .finish();
    unsigned Ordinal = Seen[Base]++;
    F.Fingerprint = Hasher().text(Base).text(std::to_string(Ordinal)).finish();
  }
}

static std::vector<FormatInfo> &registry() {
  static std::vector<FormatInfo> Formats;
  return Formats;
}

FormatRegistration::FormatRegistration(const char *Name, const char *Help,
                                       ReportWriter Write, bool DrawsLocks) {
  registry().push_back({Name, Help, Write, DrawsLocks});
}

llvm::ArrayRef<FormatInfo> allFormats() {
  static const bool Sorted = [] {
    llvm::sort(registry(), [](const FormatInfo &A, const FormatInfo &B) {
      return A.Name < B.Name;
    });
    return true;
  }();
  (void)Sorted;
  return registry();
}

const FormatInfo *findFormat(llvm::StringRef Name) {
  for (const FormatInfo &F : allFormats())
    if (F.Name == Name)
      return &F;
  return nullptr;
}

struct SourceCache::Impl {
  std::string Root;
  struct File {
    std::unique_ptr<llvm::MemoryBuffer> Buffer;
    std::vector<uint32_t> LineStarts;
  };
  std::unordered_map<ir::Name, File> Files;

  File &file(ir::Name Name) {
    auto [It, New] = Files.try_emplace(Name);
    if (New)
      if (auto Buffer = llvm::MemoryBuffer::getFile(unspell(Name.str(), Root)))
        fill(It->second, std::move(*Buffer));
    return It->second;
  }

  static void fill(File &F, std::unique_ptr<llvm::MemoryBuffer> Buffer) {
    F.Buffer = std::move(Buffer);
    F.LineStarts.assign(1, 0);
    llvm::StringRef Text = F.Buffer->getBuffer();
    for (size_t I = 0; I < Text.size(); ++I)
      if (Text[I] == '\n')
        F.LineStarts.push_back(I + 1);
  }
};

SourceCache::SourceCache(llvm::StringRef Root) : P(std::make_unique<Impl>()) {
  P->Root = Root.str();
}
SourceCache::~SourceCache() = default;

void SourceCache::put(ir::Name File, llvm::StringRef Text) {
  Impl::fill(P->Files[File], llvm::MemoryBuffer::getMemBuffer(
                                 Text, "", /*RequiresNullTerminator=*/false));
}

llvm::StringRef SourceCache::text(ir::Name File) {
  Impl::File &F = P->file(File);
  return F.Buffer ? F.Buffer->getBuffer() : llvm::StringRef();
}

llvm::StringRef SourceCache::line(ir::Name File, uint32_t Line) {
  Impl::File &F = P->file(File);
  if (Line == 0 || Line > F.LineStarts.size())
    return {};
  llvm::StringRef Text =
      F.Buffer->getBuffer().drop_front(F.LineStarts[Line - 1]);
  return Text.take_until([](char C) { return C == '\n'; }).rtrim('\r');
}

std::pair<uint32_t, uint32_t> lineAndColumn(llvm::StringRef Text,
                                            uint32_t Offset) {
  llvm::StringRef Before = Text.take_front(Offset);
  size_t Start = Before.rfind('\n');
  return {uint32_t(Before.count('\n') + 1),
          uint32_t(Start == llvm::StringRef::npos ? Before.size() + 1
                                                  : Before.size() - Start)};
}

} // namespace runnel::tool
