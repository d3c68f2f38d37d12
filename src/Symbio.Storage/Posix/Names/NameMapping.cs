namespace Symbio.Storage.Posix;

/// <summary>
/// How characters that NT forbids in names, but Unix allows, are shown to clients and taken from them.
/// </summary>
public enum NameMapping
{
    /// <summary>
    /// In Unicode's private range, as macOS and the Linux client do (Samba: <c>fruit:encoding = native</c>): U+F001 to
    /// U+F01F for control characters, U+F020 <c>"</c>, U+F021 <c>*</c>, U+F022 <c>:</c>, U+F023 <c>&lt;</c>, U+F024
    /// <c>&gt;</c>, U+F025 <c>?</c>, U+F026 <c>\</c>, U+F027 <c>|</c>, U+F028 a space and U+F029 a dot at the end.
    /// </summary>
    Private,

    /// <summary>
    /// The table in Samba's vfs_catia documentation: <c>"</c> ¨, <c>*</c> ¤, <c>:</c> ÷, <c>&lt;</c> «,
    /// <c>&gt;</c> », <c>?</c> ¿, <c>\</c> ÿ, <c>|</c> ¦ (not its slash: no Unix name has one).
    /// </summary>
    Catia,

    /// <summary>As they are. Clients see such names but cannot open them.</summary>
    None,
}
