//===- Html.cpp - One page that needs nothing else ------------------------===//
//
// Findings with their code, the lock web, the pages of the checks: one file
// that works offline, in light and dark, with the keyboard, and without its
// script (which filters, regroups, pans and zooms). page/ holds style and
// script; test/tool/html.test and test/tool/consumers hold it to that.
//
// Invariants:
//  1. Nothing is loaded: no src, no url(), no link but to `#…`.
//  2. All text of the program goes through escapeHtml.
//  3. A finding's id is its fingerprint: a link to it survives line moves.
//
//===----------------------------------------------------------------------===//

#include "tool/report/Excerpt.h"
#include "tool/report/HtmlLocks.h"
#include "tool/report/Report.h"

#include "checks/Check.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::tool {

namespace {
std::string plural(size_t N, const char *One, const char *Many) {
  return std::to_string(N) + " " + (N == 1 ? One : Many);
}

std::string placeOf(const ir::Range &R) {
  std::string Out = R.Begin.File ? R.Begin.File.str().str() : "";
  if (R.valid())
    Out += ":" + std::to_string(R.Begin.Line) + ":" +
           std::to_string(R.Begin.Column);
  return Out;
}

class HtmlWriter {
public:
  HtmlWriter(const Report &R, llvm::raw_ostream &OS)
      : R(R), OS(OS), Code(R.Root) {
    for (const ReportedFinding &F : R.Findings)
      (F.By == Silenced::No ? Shown : Quiet).push_back(&F);
    for (const ReportedFinding *F : Shown) {
      ++Checks[F->What.Check];
      ++Files[F->What.Where.Begin.File.str().str()];
    }
  }

  void run() {
    writePageHead("Runnel: " + plural(Shown.size(), "finding", "findings"), OS);
    OS << "<a class=skip href=\"#findings\">Skip to the findings</a>\n";
    header();
    OS << "<main>\n";
    findings();
    if (R.Locks)
      section("locks", "Lock web", [&] { writeLocksHtml(*R.Locks, Code, OS); });
    if (R.Mutexes && !R.Mutexes->Mutexes.empty())
      section("mutexes", "Mutexes", [&] { mutexes(); });
    if (!Checks.empty())
      section("checks", "The checks", [&] { pages(); });
    if (!Quiet.empty())
      section("silenced", "Silenced findings", [&] { silenced(); });
    if (!R.Problems.empty())
      section("problems", "Not checked", [&] { problems(); });
    OS << "</main>\n<footer><p>Written by runnel " << RUNNEL_VERSION
       << ".</p></footer>\n";
    help();
    writePageFoot(OS);
  }

private:
  void header() {
    OS << "<header class=top><h1>Runnel report</h1><p class=summary>"
       << plural(Shown.size(), "finding", "findings") << " in "
       << plural(Files.size(), "file", "files");
    if (!R.Problems.empty())
      OS << ", <a href=\"#problems\">"
         << plural(R.Problems.size(), "file", "files")
         << " not or not wholly checked</a>";
    OS << "</p>\n<nav aria-label=\"Parts of the report\">";
    link("findings", "Findings", Shown.size());
    if (R.Locks)
      link("locks", "Lock web", R.Locks->Nodes.size());
    if (R.Mutexes && !R.Mutexes->Mutexes.empty())
      link("mutexes", "Mutexes", R.Mutexes->Mutexes.size());
    if (!Checks.empty())
      link("checks", "Checks", Checks.size());
    if (!Quiet.empty())
      link("silenced", "Silenced", Quiet.size());
    if (!R.Problems.empty())
      link("problems", "Not checked", R.Problems.size());
    OS << "</nav><div class=buttons><button type=button id=theme "
          "hidden></button><button type=button id=keys "
          "hidden>Keyboard</button></div></header>\n";
  }

  void link(const char *Id, const char *Name, size_t Count) {
    OS << "<a href=\"#" << Id << "\">" << Name << " <span class=count>" << Count
       << "</span></a>";
  }

  void section(const char *Id, const char *Title,
               llvm::function_ref<void()> Body) {
    OS << "<section id=" << Id << " aria-labelledby=h-" << Id << "><h2 id=h-"
       << Id << ">" << Title << "</h2>\n";
    Body();
    OS << "</section>\n";
  }

  void findings() {
    OS << "<section id=findings aria-labelledby=h-findings><h2 "
          "id=h-findings>Findings</h2>\n";
    if (Shown.empty()) {
      OS << "<p class=notice>"
         << (R.Problems.empty() ? "Nothing found."
                                : "Nothing found in what could be checked.")
         << "</p></section>\n";
      return;
    }
    OS << "<div class=columns><div class=side>\n";
    filters();
    OS << "</div>\n<div id=list>\n";
    std::string File;
    bool Open = false;
    for (const ReportedFinding *F : Shown) {
      const std::string Now = F->What.Where.Begin.File.str().str();
      if (!Open || Now != File) {
        if (Open)
          OS << "</section>\n";
        OS << "<section class=group id=\"file-" << escapeHtml(Now) << "\"><h3>"
           << escapeHtml(Now) << " <span class=count>" << Files[Now]
           << "</span></h3>\n";
        File = Now;
        Open = true;
      }
      finding(*F);
    }
    OS << "</section></div></div></section>\n";
  }

  void filters() {
    OS << "<form class=\"filters scripted\" role=search aria-label=\"Choose "
          "findings\"><p><label for=search>Search</label><input type=search "
          "id=search autocomplete=off placeholder=\"message, file, "
          "name\"></p>\n<fieldset><legend>Group by</legend><label><input "
          "type=radio name=group value=file checked> file</label> "
          "<label><input type=radio name=group value=check> "
          "check</label></fieldset>\n<fieldset><legend>Checks</legend>";
    for (const auto &[Check, Count] : Checks)
      OS << "<label><input type=checkbox name=check checked value=\""
         << escapeHtml(Check) << "\"> "
         << escapeHtml(llvm::StringRef(Check).drop_front(
                llvm::StringRef(Check).starts_with("runnel-") ? 7 : 0))
         << " <span class=count>" << Count << "</span></label>";
    OS << "<p><button type=button id=all>All</button> <button type=button "
          "id=none>None</button></p></fieldset>\n<p><button type=button "
          "id=unfold>Unfold all</button> <button type=button id=fold>Fold "
          "all</button></p><p id=shown role=status></p></form>\n<nav "
          "aria-label=\"Files\" class=files><h3>Files</h3><ul>";
    for (const auto &[File, Count] : Files)
      OS << "<li><a href=\"#file-" << escapeHtml(uri(File)) << "\">"
         << escapeHtml(File) << "</a> <span class=count>" << Count
         << "</span></li>";
    OS << "</ul></nav>\n";
  }

  // A fragment is percent-encoded, an id is not.
  static std::string uri(llvm::StringRef Text) {
    std::string Out;
    for (char C : Text)
      if (C == '%' || C == ' ' || C == '"' || C == '<' || C == '>') {
        static const char Digits[] = "0123456789ABCDEF";
        Out += '%';
        Out += Digits[(C >> 4) & 15];
        Out += Digits[C & 15];
      } else {
        Out += C;
      }
    return Out;
  }

  void finding(const ReportedFinding &RF) {
    const Finding &F = RF.What;
    const bool Error = F.How == Severity::Error;
    OS << "<details class=\"finding" << (Error ? " error" : "") << "\" id=f-"
       << RF.Fingerprint << " data-check=\"" << escapeHtml(F.Check)
       << "\" data-file=\"" << escapeHtml(F.Where.Begin.File.str())
       << "\">\n<summary><span "
       << "class=message>" << ticks(F.Message)
       << "</span><span class=meta><span class=where>"
       << escapeHtml(placeOf(F.Where)) << "</span><span class=\"tag"
       << (Error ? " bad" : "") << "\">" << (Error ? "error: " : "")
       << escapeHtml(F.Check) << "</span></span></summary>\n<div class=body>\n";
    Code.excerpt(F.Where, 3, OS);
    notes(F);
    fixes(F);
    OS << "<p class=more>";
    if (!checkPage(F.Check).empty())
      OS << "<a href=\"#check-" << escapeHtml(F.Check)
         << "\">About this check</a> &middot; ";
    OS << "<a href=\"#f-" << RF.Fingerprint
       << "\">Link to this finding</a></p></div></details>\n";
  }

  // 'name' in a message is code.
  static std::string ticks(llvm::StringRef Message) {
    std::string Out;
    while (!Message.empty()) {
      auto [Before, Rest] = Message.split('\'');
      Out += escapeHtml(Before);
      const size_t End = Rest.find('\'');
      if (End == llvm::StringRef::npos) {
        if (Before.size() < Message.size())
          Out += "&#39;" + escapeHtml(Rest);
        break;
      }
      Out += "<code>" + escapeHtml(Rest.take_front(End)) + "</code>";
      Message = Rest.drop_front(End + 1);
    }
    return Out;
  }

  void notes(const Finding &F) {
    if (F.Notes.empty())
      return;
    OS << "<ol class=notes>\n";
    const ir::Range *Before = &F.Where;
    for (const Note &N : F.Notes) {
      OS << "<li><p>" << ticks(N.Message);
      if (N.Where.valid())
        OS << " <span class=where>" << escapeHtml(placeOf(N.Where))
           << "</span>";
      OS << "</p>\n";
      // The same line twice in a row says nothing new.
      if (N.Where.valid() && !(N.Where == *Before) && !(N.Where == F.Where)) {
        Code.excerpt(N.Where, 1, OS);
        Before = &N.Where;
      }
      OS << "</li>\n";
    }
    OS << "</ol>\n";
  }

  void fixes(const Finding &F) {
    for (const Fix &X : F.Fixes) {
      const std::vector<FixHunk> Hunks = hunksOf(X, Code.sources());
      if (Hunks.empty())
        continue;
      OS << "<div class=fix><h4>Fix: " << ticks(X.Description) << "</h4>\n";
      for (const FixHunk &H : Hunks) {
        if (H.File != F.Where.Begin.File)
          OS << "<p class=where>" << escapeHtml(H.File.str()) << "</p>";
        OS << "<pre class=code tabindex=0>";
        diffLines(H.Removed, H.Line, "del", "removed");
        diffLines(H.Added, H.Line, "ins", "added");
        OS << "</pre>\n";
      }
      OS << "</div>\n";
    }
  }

  void diffLines(const std::vector<std::string> &Lines, uint32_t Line,
                 const char *Tag, const char *Class) {
    for (const std::string &L : Lines)
      OS << "<" << Tag << " class=\"l " << Class << "\"><b data-n=" << Line++
         << "></b>" << escapeHtml(L) << "\n</" << Tag << ">";
  }

  // The census, what wants doing first.
  void mutexes() {
    const std::vector<Census::Mutex> &All = R.Mutexes->Mutexes;
    std::vector<const Census::Mutex *> Order;
    std::map<Census::Verdict, size_t> Count;
    for (const Census::Mutex &M : All) {
      Order.push_back(&M);
      ++Count[M.Says];
    }
    llvm::sort(Order, [](const Census::Mutex *A, const Census::Mutex *B) {
      return A->Says != B->Says ? A->Says > B->Says : A < B;
    });
    OS << "<p>Every mutex of the program, and what to do with it:";
    const char *Separator = " ";
    for (auto It = Count.rbegin(); It != Count.rend(); ++It) {
      OS << Separator << "<strong>" << word(It->first) << "</strong> "
         << It->second;
      Separator = ", ";
    }
    OS << ".</p>\n<div class=scroll tabindex=0 role=region "
          "aria-label=\"Table of mutexes\"><table><thead><tr><th "
          "scope=col>mutex</th><th scope=col>verdict</th><th "
          "scope=col>why</th><th scope=col>guards</th><th "
          "scope=col>critical sections</th><th "
          "scope=col>declared</th></tr></thead><tbody>\n";
    for (const Census::Mutex *M : Order)
      mutex(*M);
    OS << "</tbody></table></div>\n";
  }

  void mutex(const Census::Mutex &M) {
    OS << "<tr><th scope=row><code>" << escapeHtml(M.Name)
       << "</code></th><td><span class=\"tag"
       << (M.Says == Census::Keep ? "" : " warn") << "\">" << word(M.Says)
       << "</span></td><td>" << ticks(M.Why);
    if (!M.Check.empty()) {
      const bool Page = Checks.count(M.Check) && !checkPage(M.Check).empty();
      OS << (Page ? " <a href=\"#check-" + escapeHtml(M.Check) + "\">" : " ")
         << escapeHtml(M.Check) << (Page ? "</a>" : "");
    }
    OS << "</td><td>";
    for (size_t I = 0; I < M.Guards.size(); ++I)
      OS << (I ? ", " : "") << "<code>" << escapeHtml(M.Guards[I]) << "</code>";
    OS << (M.Guards.empty() ? "&ndash;" : "") << "</td><td>" << M.Sections
       << "</td><td class=where>" << escapeHtml(placeOf(M.Where))
       << "</td></tr>\n";
  }

  void pages() {
    for (const auto &[Check, Count] : Checks) {
      llvm::StringRef Page = checkPage(Check);
      if (Page.empty())
        continue;
      OS << "<details class=check id=\"check-" << escapeHtml(Check)
         << "\"><summary><code>" << escapeHtml(Check)
         << "</code> <span class=count>" << plural(Count, "finding", "findings")
         << "</span></summary>\n"
         << markdownToHtml(Page, 3) << "</details>\n";
    }
  }

  void silenced() {
    OS << "<div class=scroll tabindex=0 role=region aria-label=\"Table of "
          "silenced "
          "findings\"><table><thead><tr><th scope=col>finding</th><th "
          "scope=col>where</th><th scope=col>check</th><th "
          "scope=col>by</th></tr></thead><tbody>\n";
    for (const ReportedFinding *F : Quiet) {
      OS << "<tr><td>" << ticks(F->What.Message) << "</td><td class=where>"
         << escapeHtml(placeOf(F->What.Where)) << "</td><td>"
         << escapeHtml(F->What.Check) << "</td><td>"
         << (F->By == Silenced::Baseline ? "the baseline" : "the source");
      if (!F->Reason.empty())
        OS << ": " << escapeHtml(F->Reason);
      OS << "</td></tr>\n";
    }
    OS << "</tbody></table></div>\n";
  }

  void problems() {
    OS << "<ul>\n";
    for (const Problem &P : R.Problems) {
      OS << "<li><p>";
      if (!P.File.empty())
        OS << "<span class=where>" << escapeHtml(P.File) << "</span> ";
      OS << escapeHtml(P.Message) << "</p>";
      if (!P.Details.empty()) {
        OS << "<pre class=\"code page\" tabindex=0>";
        for (const std::string &D : P.Details)
          OS << escapeHtml(D) << '\n';
        OS << "</pre>";
      }
      OS << "</li>\n";
    }
    OS << "</ul>\n";
  }

  void help() {
    OS << "<dialog id=help aria-labelledby=h-help><h2 id=h-help>Keyboard</h2>"
          "<dl><dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next and previous "
          "finding</dd><dt><kbd>Enter</kbd></dt><dd>unfold or fold "
          "it</dd><dt><kbd>/</kbd></dt><dd>search</dd><dt><kbd>g</kbd></dt>"
          "<dd>group by file or by check</dd><dt><kbd>?</kbd></dt><dd>this "
          "list</dd><dt>in the picture</dt><dd><kbd>&larr;</kbd> "
          "<kbd>&rarr;</kbd> <kbd>&uarr;</kbd> <kbd>&darr;</kbd> move it, "
          "<kbd>+</kbd> <kbd>&minus;</kbd> zoom, <kbd>0</kbd> fits it in, "
          "<kbd>Tab</kbd> goes from lock to lock, <kbd>Enter</kbd> shows the "
          "code</dd></dl><p><label><input type=checkbox id=letters checked> "
          "single letters are shortcuts</label></p><form "
          "method=dialog><button>Close</button></form></dialog>\n";
  }

  const Report &R;
  llvm::raw_ostream &OS;
  HtmlCode Code;
  std::vector<const ReportedFinding *> Shown, Quiet;
  std::map<std::string, size_t> Checks, Files;
};
} // namespace

static void write(const Report &R, const WriterOptions &,
                  llvm::raw_ostream &OS) {
  HtmlWriter(R, OS).run();
}

static const FormatRegistration
    X("html", "one page: findings with their code, the lock web drawn", write,
      /*DrawsLocks=*/true);

} // namespace runnel::tool
