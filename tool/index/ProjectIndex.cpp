//===- ProjectIndex.cpp - What a whole run leaves for editors -------------===//

#include "tool/index/ProjectIndex.h"

#include "tool/cache/Hash.h"
#include "tool/driver/Analysis.h"
#include "tool/edit/AtomicFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

namespace runnel::tool {

// A change of what follows changes this too: an index of another version is
// none.
static constexpr llvm::StringLiteral Magic =
    "runnel index 1 (" RUNNEL_VERSION ")\n";
static constexpr size_t ChecksumSize = 32;

std::set<ir::Name> filesOf(const Finding &F) {
  std::set<ir::Name> Files{F.Where.Begin.File};
  for (const Note &N : F.Notes)
    if (N.Where.valid())
      Files.insert(N.Where.Begin.File);
  return Files;
}

ProjectIndex ProjectIndex::of(std::vector<IndexedFinding> Findings,
                              std::set<ir::Name> MainFiles,
                              SourceCache &Sources) {
  ProjectIndex I;
  I.Findings = std::move(Findings);
  I.MainFiles = std::move(MainFiles);
  auto Remember = [&](const ir::Range &R) {
    if (!R.valid())
      return;
    File &F = I.Files[R.Begin.File];
    if (F.Hash.empty())
      F.Hash = hashOf(Sources.text(R.Begin.File));
    F.Lines[R.Begin.Line] = Sources.line(R.Begin.File, R.Begin.Line).str();
  };
  for (const IndexedFinding &X : I.Findings) {
    Remember(X.What.Where);
    for (const Note &N : X.What.Notes)
      Remember(N.Where);
    for (const Fix &F : X.What.Fixes)
      for (const Edit &E : F.Edits)
        Remember(E.Where);
  }
  return I;
}

std::string ProjectIndex::encode() const {
  Analysis Body;
  Body.MainFiles.assign(MainFiles.begin(), MainFiles.end());
  Body.ForIndex = Findings;
  ByteWriter W;
  W.text(tool::encode(Body, {}));
  W.list(Files, [&](const auto &Entry) {
    W.text(Entry.first);
    W.text(Entry.second.Hash);
    W.list(Entry.second.Lines, [&](const auto &Line) {
      W.u32(Line.first);
      W.text(Line.second);
    });
  });
  return (Magic + hashOf(W.Bytes) + W.Bytes).str();
}

std::optional<ProjectIndex> ProjectIndex::decode(llvm::StringRef Bytes) {
  if (!Bytes.consume_front(Magic) || Bytes.size() < ChecksumSize ||
      hashOf(Bytes.drop_front(ChecksumSize)) != Bytes.take_front(ChecksumSize))
    return std::nullopt;
  ByteReader R(Bytes.drop_front(ChecksumSize));
  ProjectIndex I;
  Analysis Body;
  std::vector<Dependency> None;
  if (!tool::decode(R.text(), Body, None))
    return std::nullopt;
  I.Findings = std::move(Body.ForIndex);
  I.MainFiles.insert(Body.MainFiles.begin(), Body.MainFiles.end());
  R.list([&] {
    File &F = I.Files[ir::Name(R.text())];
    F.Hash = R.text().str();
    R.list([&] {
      const uint32_t Line = R.u32();
      F.Lines[Line] = R.text().str();
    });
  });
  if (!R.complete())
    return std::nullopt;
  return I;
}

namespace {
// The places of an index in files as they are now.
class Relocator {
public:
  Relocator(const ProjectIndex &I, SourceCache &Sources)
      : I(I), Sources(Sources) {}

  bool unchanged(ir::Name File) {
    auto [It, New] = Unchanged.try_emplace(File, false);
    auto Known = I.Files.find(File);
    if (New && Known != I.Files.end())
      It->second = hashOf(Sources.text(File)) == Known->second.Hash;
    return It->second;
  }

  // False: the place is gone.
  bool move(ir::Range &R) {
    if (!R.valid() || unchanged(R.Begin.File))
      return true;
    auto Known = I.Files.find(R.Begin.File);
    if (Known == I.Files.end())
      return false;
    auto Line = Known->second.Lines.find(R.Begin.Line);
    if (Line == Known->second.Lines.end() ||
        llvm::StringRef(Line->second).trim().empty())
      return false;
    const std::vector<llvm::StringRef> &Now = lines(R.Begin.File);
    const size_t At = R.Begin.Line - 1;
    for (size_t Away = 0; Away <= std::max(Now.size(), At); ++Away) {
      // Insertions are more common than removals: below first.
      for (size_t Try : {At + Away, At - Away}) {
        if (Try >= Now.size() || Now[Try].rtrim('\r') != Line->second)
          continue;
        R.Begin.Line = Try + 1;
        R.Begin.Offset = Now[Try].data() - Now[0].data() + R.Begin.Column - 1;
        return true;
      }
    }
    return false;
  }

private:
  const std::vector<llvm::StringRef> &lines(ir::Name File) {
    auto [It, New] = Lines.try_emplace(File);
    if (New) {
      llvm::SmallVector<llvm::StringRef, 0> Split;
      Sources.text(File).split(Split, '\n');
      It->second.assign(Split.begin(), Split.end());
    }
    return It->second;
  }

  const ProjectIndex &I;
  SourceCache &Sources;
  std::map<ir::Name, bool> Unchanged;
  std::map<ir::Name, std::vector<llvm::StringRef>> Lines;
};
} // namespace

std::vector<Finding> ProjectIndex::touching(ir::Name File,
                                            bool WithHeaderBodies,
                                            SourceCache &Sources) const {
  std::vector<Finding> Result;
  Relocator Now(*this, Sources);
  for (const IndexedFinding &X : Findings) {
    if ((WithHeaderBodies && !X.NeedsProgram) || !filesOf(X.What).count(File))
      continue;
    Finding F = X.What;
    bool There = Now.move(F.Where);
    for (Note &N : F.Notes)
      There = There && Now.move(N.Where);
    if (!There)
      continue;
    llvm::erase_if(F.Fixes, [&](const Fix &Offer) {
      return llvm::any_of(Offer.Edits, [&](const Edit &E) {
        return !Now.unchanged(E.Where.Begin.File);
      });
    });
    Result.push_back(std::move(F));
  }
  return Result;
}

std::string indexPath(llvm::StringRef CacheFolder, llvm::StringRef Root) {
  llvm::SmallString<256> P(CacheFolder);
  llvm::sys::path::append(P, "index", hashOf(Root));
  return P.str().str();
}

static std::optional<std::string> bytesOf(const std::string &Path) {
  auto Buffer = llvm::MemoryBuffer::getFile(Path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!Buffer)
    return std::nullopt;
  return (*Buffer)->getBuffer().str();
}

bool writeIndex(const std::string &Path, const ProjectIndex &I) {
  const std::string Content = I.encode();
  if (bytesOf(Path) == Content)
    return true;
  if (llvm::sys::fs::create_directories(llvm::sys::path::parent_path(Path)))
    return false;
  if (llvm::Error E = writeFileAtomically(Path, Content)) {
    llvm::consumeError(std::move(E));
    return false;
  }
  return true;
}

std::optional<ProjectIndex> readIndex(const std::string &Path) {
  if (std::optional<std::string> Bytes = bytesOf(Path))
    return ProjectIndex::decode(*Bytes);
  return std::nullopt;
}

} // namespace runnel::tool
