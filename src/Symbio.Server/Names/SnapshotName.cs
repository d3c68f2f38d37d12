using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.Names;

/// <summary>
/// Names of earlier versions: a @GMT token anywhere in the path, or the time of a SMB2_CREATE_TIMEWARP_TOKEN context,
/// [MS-SMB2] 3.3.5.9.4. Both become a path that begins with the token, which is how <see cref="SnapshotView"/> has it.
/// </summary>
internal static class SnapshotName
{
    public static NtStatus Resolve(Share share, FileTime? timewarp, ref ShareName name)
    {
        if (share.Snapshots is null)
            return timewarp is null ? NtStatus.Success : NtStatus.ObjectNameNotFound;
        string path = name.Path;
        DateTimeOffset? time = TakeToken(ref path);
        if (timewarp is { Ticks: > 0 } wanted)
        {
            if (wanted.Ticks > DateTimeOffset.MaxValue.ToFileTime())
                return NtStatus.ObjectNameNotFound;

            // Not DateTimeOffset.FromFileTime: it makes local time, which has no end of the year 9999 east of Greenwich.
            time = new DateTimeOffset(DateTime.FromFileTimeUtc(wanted.Ticks));
        }

        if (time is { } at)
            name = name with { Path = SharePath.Join(SnapshotToken.Of(at), path).TrimEnd('\\') };
        return NtStatus.Success;
    }

    private static DateTimeOffset? TakeToken(ref string path)
    {
        if (!path.Contains("@GMT-", StringComparison.OrdinalIgnoreCase))
            return null;
        DateTimeOffset? time = null;
        var rest = new List<string>();
        foreach (string component in path.Split('\\'))
        {
            if (time is null && SnapshotToken.TryParse(component, out DateTimeOffset at))
                time = at;
            else
                rest.Add(component);
        }

        path = string.Join('\\', rest);
        return time;
    }
}
