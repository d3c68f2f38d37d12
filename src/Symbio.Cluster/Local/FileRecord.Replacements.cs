using System.Diagnostics.CodeAnalysis;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol.Dtyp;

namespace Symbio.Cluster.Local;

/// <summary>The file is about to lose a name to another one, [MS-FSA] 2.1.5.15.11: who opens it must not come in between.</summary>
internal sealed partial class FileRecord
{
    private ulong _admitted; // Claims, ever.
    private int _replacing; // Claims with a signal.

    public bool TryBeginReplace(FileClaim claim)
    {
        lock (Lock)
        {
            if (claim.IsReleased || claim.Number != _admitted)
                return false;
            claim.Replaced = new Signal(owner.Scheduler);
            _replacing++;
            return true;
        }
    }

    private void EndReplace(FileClaim claim, List<Signal> wake)
    {
        if (claim.Replaced is not { } replaced)
            return;
        claim.Replaced = null;
        _replacing--;
        wake.Add(replaced);
    }

    private bool IsBeingReplaced(in ClaimOptions options, [NotNullWhen(true)] out List<Task>? waits)
    {
        waits = null;
        if (_replacing == 0 || options.Access == AccessMask.None)
            return false;
        waits = [.. _claims.Where(c => c.Replaced is not null).Select(c => c.Replaced!.Task)];
        return true;
    }
}
