//===- Messages.cpp - Between the editor and clangd -----------------------===//

#include "tool/clangd/Messages.h"

#include "checks/Check.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <tuple>

namespace runnel::clangd {

namespace json = llvm::json;

static std::string text(const json::Value &V) {
  std::string Out;
  llvm::raw_string_ostream(Out) << V;
  return Out;
}

static json::Object *parsed(std::optional<json::Value> &Into,
                            llvm::StringRef Content) {
  llvm::Expected<json::Value> V = json::parse(Content);
  if (!V) {
    llvm::consumeError(V.takeError());
    return nullptr;
  }
  Into = std::move(*V);
  return Into->getAsObject();
}

void Messages::fromEditor(llvm::StringRef Content) {
  // Some editors write the slash as `\/`.
  const bool Hover = Content.contains("/hover\"");
  if (!Hover && !Content.contains("\"initialize\""))
    return;
  std::optional<json::Value> Holder;
  const json::Object *Message = parsed(Holder, Content);
  const json::Object *Params = Message ? Message->getObject("params") : nullptr;
  if (!Params)
    return;
  std::scoped_lock Hold(Mutex);
  if (Message->getString("method") == "initialize") {
    const json::Object *O = Params;
    for (const char *Key : {"capabilities", "textDocument", "hover"})
      O = O ? O->getObject(Key) : nullptr;
    if (const json::Array *Formats = O ? O->getArray("contentFormat") : nullptr)
      for (const json::Value &F : *Formats)
        Markdown |= F.getAsString() == "markdown";
    return;
  }
  const json::Object *Document = Params->getObject("textDocument");
  const json::Object *At = Params->getObject("position");
  const json::Value *Id = Message->get("id");
  if (!Hover || !Id || !Document || !At ||
      Message->getString("method") != "textDocument/hover")
    return;
  Hovers[text(*Id)] = {Document->getString("uri").value_or("").str(),
                       At->getInteger("line").value_or(-1),
                       At->getInteger("character").value_or(-1)};
}

std::string Messages::fromClangd(std::string Content) {
  llvm::StringRef C = Content;
  if (C.contains("\"textDocument/publishDiagnostics\""))
    return published(std::move(Content));
  bool Waiting;
  {
    std::scoped_lock Hold(Mutex);
    Waiting = !Hovers.empty();
  }
  return Waiting && C.contains("\"id\"") ? answered(std::move(Content))
                                         : Content;
}

// Of file:///a%20b; empty for other schemes.
static std::string pathOf(llvm::StringRef Uri) {
  std::string Path;
  if (!Uri.consume_front("file://"))
    return Path;
  for (; !Uri.empty(); Uri = Uri.drop_front()) {
    uint8_t Byte = 0;
    if (Uri.size() > 2 && Uri[0] == '%' &&
        llvm::tryGetHexFromNibbles(Uri[1], Uri[2], Byte)) {
      Path += char(Byte);
      Uri = Uri.drop_front(2);
    } else {
      Path += Uri[0];
    }
  }
  return Path;
}

std::string Messages::published(std::string Content) {
  // What was shown before may be gone.
  std::optional<json::Value> Holder;
  json::Object *Message = parsed(Holder, Content);
  json::Object *Params = Message ? Message->getObject("params") : nullptr;
  json::Array *All = Params ? Params->getArray("diagnostics") : nullptr;
  if (!All || !Params->getString("uri"))
    return Content;
  const std::string File = pathOf(*Params->getString("uri"));
  std::vector<Shown> Now;
  for (json::Value &V : *All) {
    json::Object *D = V.getAsObject();
    if (!D)
      continue;
    const std::string Check = D->getString("code").value_or("").str();
    const json::Object *Range = D->getObject("range");
    const json::Object *Begin = Range ? Range->getObject("start") : nullptr;
    const json::Object *End = Range ? Range->getObject("end") : nullptr;
    if (!findCheck(Check) || !Begin || !End)
      continue;
    auto Number = [](const json::Object *O, llvm::StringRef Key) {
      return O->getInteger(Key).value_or(0);
    };
    Now.push_back({Number(Begin, "line"), Number(Begin, "character"),
                   Number(End, "line"), Number(End, "character"), Check});
    // A hint, the least that editors show; fixes are offered with it as ever.
    if (Known && Known(File, unsigned(Now.back().FirstLine + 1), Check))
      (*D)["severity"] = 4;
    // clangd's own is that of clang-tidy's checks, where ours are not.
    D->erase("codeDescription");
    if (std::string Uri = PageUri(Check); !Uri.empty())
      D->try_emplace("codeDescription", json::Object{{"href", Uri}});
  }
  const bool Changed = !Now.empty();
  {
    std::scoped_lock Hold(Mutex);
    Diagnostics[*Params->getString("uri")] = std::move(Now);
  }
  return Changed ? text(*Holder) : Content;
}

std::string Messages::answered(std::string Content) {
  std::optional<json::Value> Holder;
  json::Object *Message = parsed(Holder, Content);
  const json::Value *Id = Message ? Message->get("id") : nullptr;
  if (!Id || Message->get("method"))
    return Content;
  std::string Pages;
  bool AsMarkdown;
  {
    std::scoped_lock Hold(Mutex);
    auto It = Hovers.find(text(*Id));
    if (It == Hovers.end())
      return Content;
    const Asked At = std::move(It->second);
    Hovers.erase(It);
    AsMarkdown = Markdown;
    for (const Shown &S : Diagnostics[At.Uri]) {
      const std::pair Where(At.Line, At.Column);
      if (Where < std::pair(S.FirstLine, S.FirstColumn) ||
          std::pair(S.LastLine, S.LastColumn) < Where)
        continue;
      Pages += Pages.empty() ? "" : "\n\n---\n\n";
      Pages += checkPage(S.Check).trim();
    }
  }
  if (Pages.empty() || !Message->get("result"))
    return Content;
  json::Object *Hover = Message->getObject("result");
  if (!Hover) {
    Message->erase("result");
    Message->try_emplace(
        "result", json::Object{{"contents",
                                json::Object{{"kind", AsMarkdown ? "markdown"
                                                                 : "plaintext"},
                                             {"value", Pages}}}});
    return text(*Holder);
  }
  json::Object *Contents = Hover->getObject("contents");
  if (!Contents || !Contents->getString("value"))
    return Content;
  std::string Whole =
      Pages + "\n\n---\n\n" + Contents->getString("value")->str();
  Contents->erase("value");
  Contents->try_emplace("value", std::move(Whole));
  return text(*Holder);
}

void MessageStream::feed(llvm::StringRef Bytes) {
  if (Raw)
    return Write(Bytes);
  Pending += Bytes;
  while (!Raw && step())
    ;
  if (Raw && !Pending.empty()) {
    Write(Pending);
    Pending.clear();
  }
}

// One message, if it is all there.
bool MessageStream::step() {
  llvm::StringRef P = Pending;
  const size_t HeadEnd = P.find("\r\n\r\n");
  llvm::StringRef Head = P.take_front(HeadEnd);
  // A head is short and names its fields.
  static constexpr llvm::StringLiteral Field = "content-";
  llvm::StringRef Start = P.take_front(Field.size());
  if (!Start.equals_insensitive(Field.take_front(Start.size())) ||
      (HeadEnd == llvm::StringRef::npos && P.size() > 4096)) {
    Raw = true;
    return false;
  }
  if (HeadEnd == llvm::StringRef::npos)
    return false;
  uint64_t Length = 0;
  bool Known = false;
  llvm::SmallVector<llvm::StringRef, 4> Lines;
  Head.split(Lines, "\r\n");
  for (llvm::StringRef Line : Lines) {
    auto [Key, Value] = Line.split(':');
    if (Key.trim().equals_insensitive("content-length"))
      Known = !Value.trim().getAsInteger(10, Length);
  }
  if (!Known) {
    Raw = true;
    return false;
  }
  const size_t Whole = HeadEnd + 4 + Length;
  if (P.size() < Whole)
    return false;
  const std::string Content = P.slice(HeadEnd + 4, Whole).str();
  const std::string Changed = Each(Content);
  if (Changed == Content)
    Write(P.take_front(Whole));
  else
    Write("Content-Length: " + std::to_string(Changed.size()) + "\r\n\r\n" +
          Changed);
  Pending.erase(0, Whole);
  return true;
}

} // namespace runnel::clangd
