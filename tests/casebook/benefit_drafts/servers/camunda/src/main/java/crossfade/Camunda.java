package crossfade;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The engine and its REST interface, nothing else: what is deployed comes through the interface. */
@SpringBootApplication
public class Camunda {
  public static void main(String[] arguments) {
    SpringApplication.run(Camunda.class, arguments);
  }
}
