using Symbio.Protocol;
using Symbio.Protocol.Fscc;

namespace Symbio.Server.Information;

/// <summary>
/// SMB2_0_INFO_QUOTA, [MS-SMB2] 3.3.5.20.4 and 3.3.5.21.4. No store keeps quotas, and the volume says so in its attributes:
/// well-formed requests are answered STATUS_NOT_SUPPORTED.
/// </summary>
internal static class QuotaInformation
{
    private const int QueryQuotaInfoLength = 16; // SMB2_QUERY_QUOTA_INFO, [MS-SMB2] 2.2.37.1

    public static ValueTask<NtStatus> QueryAsync(InformationQuery query) =>
        new(query.Request.InputBuffer.Length < QueryQuotaInfoLength ? NtStatus.InvalidParameter : NtStatus.NotSupported);

    public static ValueTask<NtStatus> SetAsync(InformationSet set) =>
        new(QuotaList.TryRead(set.Request.Buffer, out _) ? NtStatus.NotSupported : NtStatus.InvalidParameter);
}
