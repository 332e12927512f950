#include <string_view>

#include "budgetctl/text.h"

namespace budgetwatch::ctl {
namespace {

struct ReasonWords {
  std::string_view reason;
  std::string_view chinese;
};

// In the order of error_reason.proto; a test compares the names.
constexpr ReasonWords kReasons[] = {
    // Of a single event.
    {"MISSING_PAYMENT_ID", "没有支付编号；请补上业务系统中的编号"},
    {"FIELD_TOO_LONG", "内容过长；请缩短"},
    {"INVALID_UTF8", "不是 UTF-8 编码；请另存为 UTF-8 后再导入"},
    {"CONTROL_CHARACTER", "编号中有控制字符（如换行、制表符）；请删除"},
    {"INVALID_KIND", "类型无法识别；应为 payment（支付）、refund（退款）或 correction（更正）"},
    {"MISSING_PROJECT_CODE", "没有项目编码；请补上"},
    {"INVALID_DATE", "日期不存在或写法不对；应如 2020-06-30"},
    {"YEAR_OUT_OF_RANGE", "年份不在 1950 至 2199 之间；请核对日期"},
    {"ZERO_AMOUNT", "金额为 0；没有资金变动的行不能入账"},
    {"INVALID_AMOUNT", "金额写法不对；应为元，最多两位小数，更正的金额须为正"},
    {"AMOUNT_OUT_OF_RANGE", "金额过大；请核对单位是否为元"},
    {"ORIGINAL_NOT_ALLOWED", "普通支付不能指明原支付；退款或更正请写明类型"},
    {"MISSING_ORIGINAL", "更正没有指明原支付编号；请补上"},
    {"PAYMENT_ID_CONFLICT", "同一编号已入账而内容不同；更改请用更正，新支付请用新编号"},
    {"FISCAL_YEAR_CLOSED", "该预算年度已关账，不再入账"},
    {"ORIGINAL_NOT_FOUND", "账上没有所指的原支付；请先导入原支付"},
    {"ORIGINAL_NOT_A_PAYMENT", "所指的原支付是一笔退款；请指明支付"},
    {"ORIGINAL_PROJECT_MISMATCH", "退款的项目与原支付不同；请改为原支付的项目"},
    {"REFUND_EXCEEDS_PAYMENT", "退款累计超过原支付；请核对金额"},
    {"CORRECTION_EXCEEDS_PAYMENT", "更正金额超过原支付的余额；请核对金额"},
    {"CORRECTION_WITHOUT_CHANGE", "更正前后的项目和日期相同；没有可更正的内容"},
    {"MISSING_OBSERVATION_ID", "没有观测编号；请补上，同一来源内不得重复"},
    {"MISSING_INDICATOR_ID", "没有指标编号；请按计划中该项目的指标编号填写"},
    {"DATE_IN_FUTURE", "日期晚于业务日期；请核对年份，或到期后再报"},
    {"MISSING_VALUE", "没有完成值；请填写完成值，满意度调查请填写满意人数和调查人数"},
    {"INVALID_VALUE",
     "完成值应为数字、是/否、达成/部分达成/未达成或日期如 "
     "2020-10-31，且与指标值同类；“完成”等说法请改写，"
     "单位另填一列，percent 只与达成程度同用"},
    {"UNIT_MISMATCH", "计量单位与指标值不同且不能换算；请按指标值的单位填写"},
    {"INVALID_SURVEY",
     "满意人数和调查人数须为整数，调查人数至少为 1，满意人数不超过它；满意度调查的完成值一列留空"},
    {"OBSERVATION_ID_CONFLICT",
     "同一编号已登记而内容不同；更正请用新编号，并在 corrects_observation_id 中指明原编号"},
    {"CORRECTED_NOT_FOUND", "账上没有所更正的观测，或它属于别的指标、已被更正；请核对原编号"},
    // Of a request as a whole.
    {"INVALID_SOURCE", "来源名称须为 1 至 64 字节、不含控制字符"},
    {"BATCH_TOO_LARGE", "一批最多 10,000 条"},
    {"INVALID_FIELD", "有一项的取值不合要求"},
    {"INVALID_PAGE_TOKEN", "翻页标记无效；请从第一页重新查询"},
    {"DATE_OUTSIDE_FISCAL_YEAR", "日期不在该预算年度内"},
    {"KNOWN_AT_IN_FUTURE", "--known-at 晚于账本现在所知；请用已有的序号或时间"},
    {"PLAN_NOT_FOUND", "没有生效的计划；请核对部门和年度，或先用 plan apply 下达计划"},
    {"PAYMENT_NOT_FOUND", "没有这笔支付；请核对编号和 --source"},
    {"WARNING_NOT_FOUND", "没有这条预警；请用 warning list 查看编号"},
    {"REVIEW_NOT_FOUND", "没有这次运行监控；请用 review list 查看编号"},
    {"ANSWER_TOO_LARGE",
     "报表行数过多，超过服务端可用内存；请调高 memory_limit_mib，或把项目分到下级部门的计划中"},
    {"FISCAL_YEAR_NOT_OVER", "该年度尚未结束，不能关账"},
    {"MALFORMED_MESSAGE", "请求无法解析；客户端与服务端版本可能不一致"},
    // Of the server.
    {"QUEUE_FULL", "服务端繁忙；请稍后再试"},
    {"STORE_FAILED", "服务端无法读写存储；请检查磁盘空间和服务端日志"},
    {"SHUTTING_DOWN", "服务端正在停止；请在它启动后再试"},
    {"DATA_DAMAGED", "存储的内容自相矛盾；请运行 budgetctl admin verify"},
    {"RATE_LIMITED", "发送过快，超过服务端的限制；请稍后再试"},
    {"CALL_ENDED", "超过时限，未入账；请再试"},
    {"BACKUP_RUNNING", "正在进行另一次备份；请等它结束"},
    {"BACKUP_FAILED", "备份失败；请检查备份目录的权限和空间，原有备份不受影响"},
    // Of files; these never travel over the wire.
    {"FILE_NOT_FOUND", "找不到文件；请核对路径"},
    {"FILE_UNREADABLE", "文件无法读取；请检查权限"},
    {"FILE_EMPTY", "文件是空的"},
    {"FILE_TOO_LARGE", "文件过大"},
    {"FILE_NOT_UTF8", "文件不是 UTF-8 编码；请另存为 UTF-8"},
    {"FILE_FORMAT_UNKNOWN", "不认识的文件格式"},
};

}  // namespace

std::string ReasonText(const Speech& say, std::string_view reason, const std::string& message) {
  if (!say.chinese()) return message.empty() ? std::string(reason) : message;
  for (const ReasonWords& words : kReasons) {
    if (words.reason == reason) return std::string(words.chinese);
  }
  return message.empty() ? std::string(reason) : message;
}

}  // namespace budgetwatch::ctl
