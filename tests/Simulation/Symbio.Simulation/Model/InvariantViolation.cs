namespace Symbio.Simulation.Model;

/// <summary>Something has happened that must not.</summary>
internal sealed class InvariantViolation(string rule, string what) : Exception($"{rule}: {what}")
{
    /// <summary>Which rule was broken; a short name.</summary>
    public string Rule => rule;
}
