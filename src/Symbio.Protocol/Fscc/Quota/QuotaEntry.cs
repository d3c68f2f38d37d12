using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Fscc;

/// <summary>One FILE_QUOTA_INFORMATION, [MS-FSCC] 2.4.40.</summary>
/// <param name="QuotaThreshold">Warn above this; -1 is no limit.</param>
/// <param name="QuotaLimit">Refuse above this; -1 is no limit, -2 deletes the entry in a set.</param>
public readonly record struct QuotaEntry(
    Sid Sid, FileTime ChangeTime, long QuotaUsed, long QuotaThreshold, long QuotaLimit);
