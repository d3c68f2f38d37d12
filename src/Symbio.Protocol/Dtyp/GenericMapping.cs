namespace Symbio.Protocol.Dtyp;

/// <summary>GENERIC_MAPPING, [MS-DTYP] 2.4.3: what the generic rights mean for one type of object.</summary>
public readonly record struct GenericMapping(AccessMask Read, AccessMask Write, AccessMask Execute, AccessMask All)
{
    private const AccessMask Generic =
        AccessMask.GenericRead | AccessMask.GenericWrite | AccessMask.GenericExecute | AccessMask.GenericAll;

    /// <summary>Files and directories.</summary>
    public static GenericMapping File { get; } = new(
        AccessMask.FileGenericRead, AccessMask.FileGenericWrite, AccessMask.FileGenericExecute, AccessMask.FileAll);

    /// <summary>The mask with every generic right replaced by what it stands for.</summary>
    public AccessMask Map(AccessMask mask)
    {
        if ((mask & Generic) == 0)
            return mask;
        var mapped = mask & ~Generic;
        if ((mask & AccessMask.GenericRead) != 0)
            mapped |= Read;
        if ((mask & AccessMask.GenericWrite) != 0)
            mapped |= Write;
        if ((mask & AccessMask.GenericExecute) != 0)
            mapped |= Execute;
        if ((mask & AccessMask.GenericAll) != 0)
            mapped |= All;
        return mapped;
    }

    /// <summary>
    /// Maps the ACEs that control access; inherit-only ones keep their generic rights for the children.
    /// </summary>
    public Acl? Map(Acl? acl)
    {
        if (acl is null)
            return null;
        var aces = acl.Aces;
        for (int i = 0; i < aces.Length; i++)
        {
            var ace = aces[i];
            if (!ace.IsInheritOnly && (ace.Mask & Generic) != 0)
                aces = aces.SetItem(i, ace with { Mask = Map(ace.Mask) });
        }

        return aces == acl.Aces ? acl : new Acl(aces, acl.Revision);
    }
}
