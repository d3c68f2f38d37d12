namespace Symbio.Identity;

/// <summary>Local users and groups that may change while the server runs.</summary>
public interface ILocalDomainSource
{
    /// <summary>As they are now. The same object as long as nothing changes.</summary>
    LocalDomain Current { get; }
}
