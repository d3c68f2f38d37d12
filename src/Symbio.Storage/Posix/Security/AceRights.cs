using Symbio.Protocol.Dtyp;

namespace Symbio.Storage.Posix;

/// <summary>
/// What a list of ACEs gives each SID together with everyone, as rwx. The list is gone through once, however many SIDs are asked
/// for: a DACL has room for thousands of them.
/// </summary>
internal sealed class AceRights
{
    private const AccessMask Counted =
        AccessMask.ReadData | AccessMask.WriteData | AccessMask.AppendData | AccessMask.Execute;

    private readonly bool _isDirectory;
    private readonly Dictionary<Sid, Decisions> _own = [];
    private readonly Decisions? _everyone; // Null: there is no list, and so all access for all.

    public AceRights(IReadOnlyList<Ace>? aces, bool isDirectory)
    {
        _isDirectory = isDirectory;
        if (aces is null)
            return;
        _everyone = new Decisions();
        for (int i = 0; i < aces.Count; i++)
        {
            var ace = aces[i];
            if (ace.Type is not (AceType.AccessAllowed or AceType.AccessDenied))
                continue;
            var decisions = _everyone;
            if (ace.Sid != Sid.Everyone && ace.Sid != Sid.AuthenticatedUsers && !_own.TryGetValue(ace.Sid, out decisions))
                _own.Add(ace.Sid, decisions = new Decisions());
            decisions.Add(i, ace.Type == AceType.AccessAllowed, Specific(ace.Mask) & Counted);
        }
    }

    /// <summary>The rights of one SID together with everyone's (null: those alone).</summary>
    public PosixRights Of(Sid? sid)
    {
        if (_everyone is null)
            return PosixRights.All;
        var granted = sid is not null && _own.TryGetValue(sid, out var own)
            ? Decisions.Granted(own, _everyone)
            : Decisions.Granted(_everyone, _everyone);
        var rights = PosixRights.None;
        if ((granted & AccessMask.ReadData) != 0)
            rights |= PosixRights.Read;
        if ((granted & (AccessMask.WriteData | AccessMask.AppendData)) != 0)
            rights |= PosixRights.Write;

        // NT lets everyone pass through every directory ("bypass traverse checking"): whoever has any right to one may.
        if ((granted & AccessMask.Execute) != 0 || (_isDirectory && rights != 0))
            rights |= PosixRights.Execute;
        return rights;
    }

    private static AccessMask Specific(AccessMask mask)
    {
        if ((mask & AccessMask.GenericAll) != 0)
            mask |= AccessMask.FileAll;
        if ((mask & AccessMask.GenericRead) != 0)
            mask |= AccessMask.FileGenericRead;
        if ((mask & AccessMask.GenericWrite) != 0)
            mask |= AccessMask.FileGenericWrite;
        if ((mask & AccessMask.GenericExecute) != 0)
            mask |= AccessMask.FileGenericExecute;
        return mask;
    }

    /// <summary>
    /// The first ACE that names a right decides it. So of ACEs for the same SID no more count than there are rights.
    /// </summary>
    private sealed class Decisions
    {
        private readonly List<(int Place, bool Allows, AccessMask Rights)> _list = [];
        private AccessMask _decided;

        public void Add(int place, bool allows, AccessMask rights)
        {
            rights &= ~_decided;
            if (rights == 0)
                return;
            _decided |= rights;
            _list.Add((place, allows, rights));
        }

        public static AccessMask Granted(Decisions first, Decisions second)
        {
            AccessMask granted = 0, decided = 0;
            int i = 0, j = 0;
            while (i < first._list.Count || j < second._list.Count)
            {
                bool takesFirst = j == second._list.Count
                    || (i < first._list.Count && first._list[i].Place <= second._list[j].Place);
                var (_, allows, rights) = takesFirst ? first._list[i++] : second._list[j++];
                if (allows)
                    granted |= rights & ~decided;
                decided |= rights;
            }

            return granted;
        }
    }
}
