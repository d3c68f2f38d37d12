namespace Symbio.Rpc.Interfaces;

/// <summary>
/// The paging that the enumerations of [MS-SRVS] and [MS-WKST] share: PreferedMaximumLength, TotalEntries,
/// ResumeHandle and ERROR_MORE_DATA.
/// </summary>
/// <remarks>
/// The resume handle is the position in the list. One entry is returned even when PreferedMaximumLength has no room
/// for it, so that a client which goes on for ever moves forward.
/// </remarks>
internal static class Enumeration
{
    /// <summary>MAX_PREFERRED_LENGTH, [MS-SRVS] 2.2.2.2.</summary>
    public const uint MaxPreferredLength = 0xFFFFFFFF;

    public static Win32Error Page<TRecord, TInfo>(
        IReadOnlyList<TRecord> records, Func<TRecord, TInfo> toInfo, Func<TRecord, int> size,
        uint preferredMaximumLength, ref uint? resumeHandle, out uint totalEntries, out TInfo[] infos)
    {
        int start = (int)Math.Min(resumeHandle ?? 0, (uint)records.Count);
        totalEntries = (uint)(records.Count - start);

        int end = start;
        for (long room = preferredMaximumLength; end < records.Count; end++)
        {
            room -= preferredMaximumLength == MaxPreferredLength ? 0 : size(records[end]);
            if (room < 0 && end > start)
                break;
        }

        infos = new TInfo[end - start];
        for (int i = 0; i < infos.Length; i++)
            infos[i] = toInfo(records[start + i]);

        bool more = end < records.Count;
        if (resumeHandle is not null)
            resumeHandle = more ? (uint)end : 0;
        return more ? Win32Error.MoreData : Win32Error.Success;
    }

    /// <summary>Bytes that a string takes on the wire, about: its text and its bookkeeping.</summary>
    public static int SizeOf(string? text) => text is null ? 0 : (2 * text.Length) + 18;
}
