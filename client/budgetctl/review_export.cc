#include "budgetctl/review_export.h"

#include <google/protobuf/struct.pb.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "budgetctl/csv.h"
#include "budgetctl/file_output.h"
#include "budgetctl/json.h"
#include "forms/build_form.h"
#include "forms/csv_writer.h"
#include "forms/html_writer.h"
#include "forms/xlsx_writer.h"

namespace budgetwatch::ctl {
namespace {

const std::vector<std::string> kFormats = {"xlsx", "html", "csv"};

struct ExportFlags {
  std::string review_id;
  std::string form = "monitoring";
  std::string format;  // empty: what the name of the file ends with
  std::string path;
};

// The format that is asked for; empty when neither flag nor file name tells it.
std::string FormatOf(const ExportFlags& flags) {
  if (!flags.format.empty()) return flags.format;
  std::string extension = std::filesystem::path(flags.path).extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (extension.starts_with('.')) extension.erase(0, 1);
  if (extension == "htm") return "html";
  const bool known = std::find(kFormats.begin(), kFormats.end(), extension) != kFormats.end();
  return known ? extension : "";
}

// Writes `form` in a format out of kFormats; false, with the reason, when it cannot.
bool WriteForm(const forms::Form& form, const std::string& format, std::string* bytes,
               std::string* error) {
  if (format == "xlsx") return forms::WriteXlsx(form, bytes, error);
  *bytes = format == "html" ? forms::WriteHtml(form) : forms::WriteCsv(form);
  return true;
}

void PrintExport(const Context& context, const ExportFlags& flags, const std::string& format,
                 const forms::Form& form) {
  const std::string count = std::to_string(form.sheets.size());
  switch (context.options.output) {
    case OutputFormat::kJson: {
      google::protobuf::Struct summary;
      auto& fields = *summary.mutable_fields();
      fields["reviewId"].set_string_value(flags.review_id);
      fields["form"].set_string_value(flags.form);
      fields["format"].set_string_value(format);
      fields["sheets"].set_string_value(count);
      fields["path"].set_string_value(flags.path);
      context.out() << ToJson(summary);
      break;
    }
    case OutputFormat::kCsv:
      WriteCsvRecord(context.out(), {"review_id", "form", "format", "sheets", "path"});
      WriteCsvRecord(context.out(), {flags.review_id, flags.form, format, count, flags.path});
      break;
    case OutputFormat::kTable:
      context.out() << context.say(form.title + "（" + count + " 张）已写入 ",
                                   count + " sheets written to ")
                    << flags.path << '\n';
      break;
  }
}

ExitCode Export(const Context& context, const ExportFlags& flags) {
  const std::string format = FormatOf(flags);
  if (format.empty()) {
    (void)context.Fail(context.say(
        "从文件名 " + flags.path + " 看不出格式：请以 .xlsx、.html 或 .csv 结尾，或者加上 --format",
        "cannot tell the format from the file name " + flags.path +
            ": end it with .xlsx, .html or .csv, or add --format"));
    return ExitCode::kUsage;
  }
  v1::GetReviewRequest request;
  request.set_review_id(flags.review_id);
  client::Connection connection(context.ConnectionSettings());
  v1::GetReviewResponse response;
  const client::CallStatus status = connection.GetReview(request, &response);
  if (!status.ok()) return context.Fail(status);
  const forms::Form form =
      forms::BuildForm(response, flags.form == "evaluation" ? forms::FormKind::kEvaluation
                                                            : forms::FormKind::kMonitoring);
  std::string bytes;
  std::string error;
  if (WriteForm(form, format, &bytes, &error)) error = ReplaceFile(flags.path, bytes);
  if (!error.empty()) {
    return context.Fail(context.say("写不出 " + flags.path + "：" + error,
                                    "cannot write " + flags.path + ": " + error));
  }
  PrintExport(context, flags, format, form);
  return ExitCode::kDone;
}

}  // namespace

void AddReviewExport(CommandLine* line, CLI::App* noun) {
  const Speech& say = line->say();
  auto flags = std::make_shared<ExportFlags>();
  CLI::App* verb = line->AddVerb(
      noun, "export", say("导出绩效运行监控表或绩效自评表", "Write the official forms of a review"),
      [flags](const Context& context) { return Export(context, *flags); });
  verb->add_option("REVIEW_ID", flags->review_id,
                   say("编号，如 2020/122002/2020-06-30/1", "Id, such as 2020/122002/2020-06-30/1"))
      ->required();
  verb->add_option("--form", flags->form,
                   say("monitoring 绩效目标执行监控表（默认）| evaluation 绩效自评表",
                       "monitoring (default), the mid-year form; evaluation, the self-evaluation"))
      ->check(CLI::IsMember(std::vector<std::string>{"monitoring", "evaluation"}));
  verb->add_option("--format", flags->format,
                   say("文件格式（默认按文件扩展名）", "Format (default: what FILE ends with)"))
      ->check(CLI::IsMember(kFormats));
  verb->add_option("-o", flags->path, say("写到的文件", "File to write"))->required();
}

}  // namespace budgetwatch::ctl
