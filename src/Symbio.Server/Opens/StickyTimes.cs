using Symbio.Protocol.Dtyp;
using Symbio.Storage;

namespace Symbio.Server.Opens;

/// <summary>
/// Once a client has set a time through an open (or asked for it to stand still with -1), that open's own operations no
/// longer change it; -2 lets it run again. [MS-FSA] 2.1.5.15.2: UserSetModificationTime and its fellows.
/// </summary>
internal sealed class StickyTimes
{
    /// <summary>LastWriteTime to put back after a write; null while it may run.</summary>
    public FileTime? LastWriteTime { get; set; }

    /// <summary>LastAccessTime to put back after a read; null while it may run.</summary>
    public FileTime? LastAccessTime { get; set; }

    /// <summary>ChangeTime that a later write, or set of other information, keeps; null while it may run.</summary>
    public FileTime? ChangeTime { get; set; }

    /// <summary>Whether a write has to put back anything: most have not.</summary>
    public bool HoldWrites => LastWriteTime is not null || ChangeTime is not null;

    /// <summary>After a write or a change of size: what must be put back.</summary>
    public async ValueTask AfterWriteAsync(IStoreFile file)
    {
        if (HoldWrites)
        {
            var change = new BasicInfoChange(LastWriteTime: LastWriteTime, ChangeTime: ChangeTime);
            await file.SetBasicInfoAsync(change, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
